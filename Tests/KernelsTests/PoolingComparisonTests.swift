import Kernels
import Testing

extension PoolingGeometry {
  /// A random geometry: windows that overlap, leave gaps, or extend past the edges of the image.
  init(random shapes: inout RandomShapes) {
    let (poolHeight, poolWidth) = (shapes.size(1...4), shapes.size(1...4))
    let (strideHeight, strideWidth) = (shapes.size(1...4), shapes.size(1...4))
    let (paddingTop, paddingLeft) = (shapes.size(0...poolHeight - 1), shapes.size(0...poolWidth - 1))
    let (outputHeight, outputWidth) = (shapes.size(1...6), shapes.size(1...6))
    // Every window covers a pixel; the last ones may extend past the end.
    func input(_ output: Int, _ stride: Int, _ pool: Int, _ padding: Int) -> Int {
      max(1, (output - 1) * stride - padding + shapes.size(1...pool + 1))
    }
    self.init(
      inputHeight: input(outputHeight, strideHeight, poolHeight, paddingTop),
      inputWidth: input(outputWidth, strideWidth, poolWidth, paddingLeft), channels: shapes.size(1...40),
      poolHeight: poolHeight, poolWidth: poolWidth, strideHeight: strideHeight, strideWidth: strideWidth,
      paddingTop: paddingTop, paddingLeft: paddingLeft, outputHeight: outputHeight, outputWidth: outputWidth)
  }
}

@Suite("Pooling kernels agree with the reference")
struct PoolingComparisonTests {
  @Test("pooling of 200 random sizes", arguments: KernelComparisonTests.supported)
  func pooling(instructionSet: InstructionSet) {
    for index in 0..<200 {
      var shapes = RandomShapes(7000 + index)
      let geometry = PoolingGeometry(random: &shapes)
      let samples = shapes.size(1...3)
      let inputs = samples * geometry.inputHeight * geometry.inputWidth * geometry.channels
      let outputs = samples * geometry.outputHeight * geometry.outputWidth * geometry.channels
      // Few different values, so that many windows contain their maximum twice.
      let input = shapes.values(inputs).map { index % 2 == 0 ? $0 : ($0 * 3).rounded() }
      checkMaximum(instructionSet.kernels, geometry, samples, input, gradient: shapes.values(outputs))
      checkAverage(instructionSet.kernels, geometry, samples, input, gradient: shapes.values(outputs))
    }
  }

  private func garbage(_ count: Int) -> [Float] { [Float](repeating: KernelComparisonTests.garbage, count: count) }

  private func checkMaximum(
    _ kernels: KernelSet, _ geometry: PoolingGeometry, _ samples: Int, _ input: [Float], gradient: [Float]
  ) {
    var (expected, actual) = (garbage(gradient.count), garbage(gradient.count))
    var (places, numbers) = ([Int32](repeating: -1, count: gradient.count), garbage(gradient.count))
    ReferencePooling.maximumForward(
      input: input, output: &expected, selected: &places, samples: samples, geometry: geometry)
    kernels.maximumPoolingForward(
      input: input, output: &actual, selected: &numbers, samples: samples, geometry: geometry)
    #expect(actual == expected, "\(geometry)")
    var (expectedGradient, actualGradient) = (garbage(input.count), garbage(input.count))
    ReferencePooling.maximumBackward(
      outputGradient: gradient, selected: places, inputGradient: &expectedGradient, samples: samples,
      geometry: geometry)
    kernels.maximumPoolingBackward(
      outputGradient: gradient, selected: numbers, inputGradient: &actualGradient, samples: samples,
      geometry: geometry)
    #expect(actualGradient == expectedGradient, "\(geometry)")
  }

  private func checkAverage(
    _ kernels: KernelSet, _ geometry: PoolingGeometry, _ samples: Int, _ input: [Float], gradient: [Float]
  ) {
    var (expected, actual) = (garbage(gradient.count), garbage(gradient.count))
    ReferencePooling.averageForward(input: input, output: &expected, samples: samples, geometry: geometry)
    kernels.averagePoolingForward(input: input, output: &actual, samples: samples, geometry: geometry)
    #expect(actual == expected, "\(geometry)")
    var (expectedGradient, actualGradient) = (garbage(input.count), garbage(input.count))
    ReferencePooling.averageBackward(
      outputGradient: gradient, inputGradient: &expectedGradient, samples: samples, geometry: geometry)
    kernels.averagePoolingBackward(
      outputGradient: gradient, inputGradient: &actualGradient, samples: samples, geometry: geometry)
    #expect(actualGradient == expectedGradient, "\(geometry)")
  }

  @Test("a window with NaN in it gives NaN", arguments: KernelComparisonTests.supported)
  func notANumber(instructionSet: InstructionSet) {
    let geometry = PoolingGeometry(
      inputHeight: 2, inputWidth: 2, channels: 3, poolHeight: 2, poolWidth: 2, strideHeight: 2, strideWidth: 2,
      paddingTop: 0, paddingLeft: 0, outputHeight: 1, outputWidth: 1)
    for place in 0..<4 {
      var input = [Float](repeating: 1, count: 12)
      input[place * 3 + 1] = .nan
      var (output, selected) = (garbage(3), garbage(3))
      instructionSet.kernels.maximumPoolingForward(
        input: input, output: &output, selected: &selected, samples: 1, geometry: geometry)
      #expect(output.map(\.isNaN) == [false, true, false])
      #expect(selected == [0, Float(place), 0])
    }
  }
}
