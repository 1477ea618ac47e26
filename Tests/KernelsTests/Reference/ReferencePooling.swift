import CVector

extension PoolingGeometry {
  var inputCount: Int { inputHeight * inputWidth * channels }
  var outputCount: Int { outputHeight * outputWidth * channels }

  /// Calls `body` for each window with its first output value and the part of the image that it covers.
  @inline(__always)
  func forEachWindow(_ body: (_ output: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void) {
    for outputRow in 0..<outputHeight {
      let top = outputRow * strideHeight - paddingTop
      let rows = max(top, 0)..<min(top + poolHeight, inputHeight)
      for outputColumn in 0..<outputWidth {
        let left = outputColumn * strideWidth - paddingLeft
        let columns = max(left, 0)..<min(left + poolWidth, inputWidth)
        body((outputRow * outputWidth + outputColumn) * channels, rows, columns)
      }
    }
  }
}

/// Reference pooling of any size, value by value.
enum ReferencePooling {
  /// - Parameters:
  ///   - input: (samples, height, width, channels)
  ///   - output: (samples, output height, output width, channels), overwritten
  ///   - selected: as `output`: the offset in its sample of the first maximum of the window
  static func maximumForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, selected: UnsafeMutablePointer<Int32>,
    samples: Int, geometry: PoolingGeometry
  ) {
    for sample in 0..<samples {
      let input = input + sample * geometry.inputCount
      geometry.forEachWindow { first, rows, columns in
        for channel in 0..<geometry.channels {
          var best = (rows.lowerBound * geometry.inputWidth + columns.lowerBound) * geometry.channels + channel
          for row in rows {
            for column in columns {
              let index = (row * geometry.inputWidth + column) * geometry.channels + channel
              if input[index] > input[best] || input[index].isNaN { best = index }
            }
          }
          let index = sample * geometry.outputCount + first + channel
          output[index] = input[best]
          selected[index] = Int32(best)
        }
      }
    }
  }

  /// - Parameters:
  ///   - outputGradient: (samples, output height, output width, channels)
  ///   - inputGradient: (samples, height, width, channels), overwritten; overlapping windows add up
  static func maximumBackward(
    outputGradient: UnsafePointer<Float>, selected: UnsafePointer<Int32>, inputGradient: UnsafeMutablePointer<Float>,
    samples: Int, geometry: PoolingGeometry
  ) {
    inputGradient.update(repeating: 0, count: samples * geometry.inputCount)
    for sample in 0..<samples {
      let inputGradient = inputGradient + sample * geometry.inputCount
      for index in sample * geometry.outputCount..<(sample + 1) * geometry.outputCount {
        inputGradient[Int(selected[index])] += outputGradient[index]
      }
    }
  }

  /// - Parameters:
  ///   - input: (samples, height, width, channels)
  ///   - output: (samples, output height, output width, channels), overwritten with the mean of each window, over the
  ///     pixels inside the image
  static func averageForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, samples: Int, geometry: PoolingGeometry
  ) {
    for sample in 0..<samples {
      let input = input + sample * geometry.inputCount
      let output = output + sample * geometry.outputCount
      geometry.forEachWindow { first, rows, columns in
        for channel in 0..<geometry.channels {
          var sum: Float = 0
          for row in rows {
            for column in columns { sum += input[(row * geometry.inputWidth + column) * geometry.channels + channel] }
          }
          output[first + channel] = sum / Float(rows.count * columns.count)
        }
      }
    }
  }

  /// - Parameter inputGradient: (samples, height, width, channels), overwritten; overlapping windows add up.
  static func averageBackward(
    outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, samples: Int,
    geometry: PoolingGeometry
  ) {
    inputGradient.update(repeating: 0, count: samples * geometry.inputCount)
    for sample in 0..<samples {
      let inputGradient = inputGradient + sample * geometry.inputCount
      let outputGradient = outputGradient + sample * geometry.outputCount
      geometry.forEachWindow { first, rows, columns in
        let share = 1 / Float(rows.count * columns.count)
        for channel in 0..<geometry.channels {
          let gradient = outputGradient[first + channel] * share
          for row in rows {
            for column in columns {
              inputGradient[(row * geometry.inputWidth + column) * geometry.channels + channel] += gradient
            }
          }
        }
      }
    }
  }
}
