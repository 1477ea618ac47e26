import CVector

extension ConvolutionGeometry {
  /// The number of values per input sample.
  var inputCount: Int { inputHeight * inputWidth * inputChannels }
  /// The number of values per output sample.
  var outputCount: Int { outputHeight * outputWidth * filters }
  var kernelCount: Int { kernelHeight * kernelWidth * groupChannels * filters }
  var groupChannels: Int { inputChannels / groups }
  var groupFilters: Int { filters / groups }

  /// Calls `body` for each pair of an output pixel and an input pixel that a kernel tap connects.
  ///
  /// - Parameter body: called for each group with the offsets of its first filter in the output pixel, of its first channel
  ///   in the input pixel and of its first weight in the tap.
  @inline(__always)
  func forEachTap(_ body: (_ output: Int, _ input: Int, _ kernel: Int) -> Void) {
    for outputRow in 0..<outputHeight {
      for outputColumn in 0..<outputWidth {
        let output = (outputRow * outputWidth + outputColumn) * filters
        for kernelRow in 0..<kernelHeight {
          let row = outputRow * strideHeight + kernelRow * dilationHeight - paddingTop
          guard row >= 0, row < inputHeight else { continue }
          for kernelColumn in 0..<kernelWidth {
            let column = outputColumn * strideWidth + kernelColumn * dilationWidth - paddingLeft
            guard column >= 0, column < inputWidth else { continue }
            let (input, tap) = ((row * inputWidth + column) * inputChannels, kernelRow * kernelWidth + kernelColumn)
            for group in 0..<groups {
              body(
                output + group * groupFilters, input + group * groupChannels,
                tap * groupChannels * filters + group * groupFilters)
            }
          }
        }
      }
    }
  }
}

/// Reference convolutions of any size, value by value.
enum ReferenceConvolution {
  /// - Parameters:
  ///   - input: (samples, height, width, channels)
  ///   - kernel: (height, width, channels of a group, filters)
  ///   - bias: (filters), or nil for none
  ///   - output: (samples, output height, output width, filters), overwritten
  static func forward(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, samples: Int, geometry: ConvolutionGeometry
  ) {
    let (channels, filters) = (geometry.groupChannels, geometry.filters)
    for pixel in 0..<samples * geometry.outputHeight * geometry.outputWidth {
      for filter in 0..<filters { output[pixel * filters + filter] = bias?[filter] ?? 0 }
    }
    for sample in 0..<samples {
      let input = input + sample * geometry.inputCount
      let output = output + sample * geometry.outputCount
      geometry.forEachTap { outputPixel, inputPixel, tap in
        for channel in 0..<channels {
          let value = input[inputPixel + channel]
          let weights = kernel + tap + channel * filters
          for filter in 0..<geometry.groupFilters { output[outputPixel + filter] += value * weights[filter] }
        }
      }
    }
  }

  /// - Parameters:
  ///   - outputGradient: (samples, output height, output width, filters)
  ///   - kernelGradient: (height, width, channels of a group, filters), overwritten with the sum over the samples
  static func kernelGradient(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, kernelGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: ConvolutionGeometry
  ) {
    let (channels, filters) = (geometry.groupChannels, geometry.filters)
    kernelGradient.update(repeating: 0, count: geometry.kernelCount)
    for sample in 0..<samples {
      let input = input + sample * geometry.inputCount
      let outputGradient = outputGradient + sample * geometry.outputCount
      geometry.forEachTap { outputPixel, inputPixel, tap in
        for channel in 0..<channels {
          let value = input[inputPixel + channel]
          let weights = kernelGradient + tap + channel * filters
          for filter in 0..<geometry.groupFilters { weights[filter] += value * outputGradient[outputPixel + filter] }
        }
      }
    }
  }

  /// - Parameter biasGradient: (filters), overwritten with the sum over samples and pixels.
  static func biasGradient(
    outputGradient: UnsafePointer<Float>, biasGradient: UnsafeMutablePointer<Float>, samples: Int,
    geometry: ConvolutionGeometry
  ) {
    let filters = geometry.filters
    biasGradient.update(repeating: 0, count: filters)
    for pixel in 0..<samples * geometry.outputHeight * geometry.outputWidth {
      for filter in 0..<filters { biasGradient[filter] += outputGradient[pixel * filters + filter] }
    }
  }

  /// - Parameter inputGradient: (samples, height, width, channels), overwritten.
  static func inputGradient(
    outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: ConvolutionGeometry
  ) {
    let (channels, filters) = (geometry.groupChannels, geometry.filters)
    inputGradient.update(repeating: 0, count: samples * geometry.inputCount)
    for sample in 0..<samples {
      let inputGradient = inputGradient + sample * geometry.inputCount
      let outputGradient = outputGradient + sample * geometry.outputCount
      geometry.forEachTap { outputPixel, inputPixel, tap in
        for channel in 0..<channels {
          let weights = kernel + tap + channel * filters
          var sum: Float = 0
          for filter in 0..<geometry.groupFilters { sum += weights[filter] * outputGradient[outputPixel + filter] }
          inputGradient[inputPixel + channel] += sum
        }
      }
    }
  }
}
