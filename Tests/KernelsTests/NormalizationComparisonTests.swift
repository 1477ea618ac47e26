import Kernels
import Testing

@Suite("Batch normalization kernels have the bits of the reference")
struct NormalizationComparisonTests {
  @Test("for 200 random sizes, with and without ReLU and β", arguments: KernelComparisonTests.supported)
  func sizes(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    for index in 0..<200 {
      var shapes = RandomShapes(11_000 + index)
      let (samples, channels) = (shapes.size(1...3), shapes.size(1...70))
      let positions = shapes.size(1...(index % 5 == 0 ? 3000 : 40))
      let rows = samples * positions
      let (input, outputGradient) = (shapes.values(rows * channels), shapes.values(rows * channels))
      let reference = ReferenceNormalization(
        channels: channels, mean: shapes.values(channels), meanRest: shapes.values(channels).map { $0 * 1e-8 },
        deviation: shapes.values(channels), scale: shapes.values(channels),
        shift: index % 3 == 0 ? nil : shapes.values(channels), relu: index % 2 == 0)
      let (gradientMean, productMean) = (shapes.values(channels), shapes.values(channels))

      var sums = [Double](repeating: .nan, count: samples * 2 * channels)
      kernels.channelSums(input, samples: samples, positions: positions, channels: channels, sums: &sums)
      #expect(sums == reference.sums(input, samples: samples))

      var (output, inputGradient) = (garbage(input.count), garbage(input.count))
      reference.withCoefficients { coefficients in
        kernels.channelNormalizationForward(input: input, output: &output, rows: rows, coefficients)
        kernels.channelGradientSums(
          input: input, outputGradient: outputGradient, samples: samples, positions: positions, coefficients,
          sums: &sums)
        kernels.channelNormalizationBackward(
          input: input, outputGradient: outputGradient, inputGradient: &inputGradient, rows: rows, coefficients,
          gradientMean: gradientMean, productMean: productMean)
      }
      #expect(output == reference.forward(input))
      #expect(sums == reference.gradientSums(input, outputGradient, samples: samples))
      #expect(inputGradient == reference.backward(input, outputGradient, gradientMean, productMean))
    }
  }

  private func garbage(_ count: Int) -> [Float] { [Float](repeating: KernelComparisonTests.garbage, count: count) }
}

extension ReferenceNormalization {
  fileprivate func withCoefficients(_ body: (ChannelCoefficients) -> Void) {
    (shift ?? []).withUnsafeBufferPointer { shiftValues in
      mean.withUnsafeBufferPointer { mean in
        meanRest.withUnsafeBufferPointer { meanRest in
          deviation.withUnsafeBufferPointer { deviation in
            scale.withUnsafeBufferPointer { scale in
              body(
                ChannelCoefficients(
                  channels: channels, mean: mean.baseAddress!, meanRest: meanRest.baseAddress!,
                  deviation: deviation.baseAddress!, scale: scale.baseAddress!,
                  shift: shift == nil ? nil : shiftValues.baseAddress, relu: relu))
            }
          }
        }
      }
    }
  }
}
