import Kernels
import Testing

extension ConvolutionGeometry {
  /// A random geometry: odd sizes, strides, paddings; sometimes more channels or filters than a vector has lanes.
  ///
  /// - Parameters:
  ///   - isPlain: without dilation and groups.
  ///   - strides: the largest stride.
  init(random shapes: inout RandomShapes, wide: Bool, isPlain: Bool = true, strides: Int = 3) {
    let (kernelHeight, kernelWidth) = (shapes.size(1...5), shapes.size(1...5))
    let (strideHeight, strideWidth) = (shapes.size(1...strides), shapes.size(1...strides))
    let (paddingTop, paddingLeft) = (shapes.size(0...kernelHeight - 1), shapes.size(0...kernelWidth - 1))
    let (outputHeight, outputWidth) = (shapes.size(1...7), shapes.size(1...7))
    let (dilationHeight, dilationWidth) = isPlain ? (1, 1) : (shapes.size(1...3), shapes.size(1...3))
    let groups = isPlain ? 1 : shapes.size(1...4)
    // Some images end before the last window does, and some extend past it.
    func input(_ output: Int, _ stride: Int, _ kernel: Int, _ dilation: Int, _ padding: Int) -> Int {
      max(1, (output - 1) * stride + (kernel - 1) * dilation + 1 - padding + shapes.size(0...2) - shapes.size(0...1))
    }
    self.init(
      inputHeight: input(outputHeight, strideHeight, kernelHeight, dilationHeight, paddingTop),
      inputWidth: input(outputWidth, strideWidth, kernelWidth, dilationWidth, paddingLeft),
      inputChannels: groups * shapes.size(1...(wide ? 37 : 4)), kernelHeight: kernelHeight, kernelWidth: kernelWidth,
      strideHeight: strideHeight, strideWidth: strideWidth, paddingTop: paddingTop, paddingLeft: paddingLeft,
      outputHeight: outputHeight, outputWidth: outputWidth, filters: groups * shapes.size(1...(wide ? 100 : 9)),
      dilationHeight: dilationHeight, dilationWidth: dilationWidth, groups: groups)
  }

  var inputs: Int { inputHeight * inputWidth * inputChannels }
  var outputs: Int { outputHeight * outputWidth * filters }
  var weights: Int { taps * filters }
  var taps: Int { kernelHeight * kernelWidth * inputChannels / groups }
  var positions: Int { outputHeight * outputWidth }
}

@Suite("Convolution kernels agree with the reference")
struct ConvolutionComparisonTests {
  @Test("convolutions of 200 random sizes", arguments: KernelComparisonTests.supported)
  func convolution(instructionSet: InstructionSet) {
    for index in 0..<200 {
      var shapes = RandomShapes(5000 + index)
      let geometry = ConvolutionGeometry(random: &shapes, wide: index % 3 == 0)
      ConvolutionCase(geometry, samples: shapes.size(1...3), hasBias: index % 4 != 0, shapes: &shapes)
        .check(instructionSet.kernels)
    }
  }

  @Test("convolutions of 200 random sizes with dilation and groups", arguments: KernelComparisonTests.supported)
  func dilationAndGroups(instructionSet: InstructionSet) {
    for index in 0..<200 {
      var shapes = RandomShapes(6000 + index)
      let geometry = ConvolutionGeometry(random: &shapes, wide: index % 5 == 0, isPlain: false)
      ConvolutionCase(geometry, samples: shapes.size(1...3), hasBias: index % 4 != 0, shapes: &shapes)
        .check(instructionSet.kernels)
    }
  }

  @Test("convolutions of 200 random sizes without strides", arguments: KernelComparisonTests.supported)
  func withoutStrides(instructionSet: InstructionSet) {
    for index in 0..<200 {
      var shapes = RandomShapes(9000 + index)
      let geometry = ConvolutionGeometry(
        random: &shapes, wide: index % 3 == 0, isPlain: index % 2 == 0, strides: 1)
      ConvolutionCase(geometry, samples: shapes.size(1...3), hasBias: index % 4 != 0, shapes: &shapes)
        .check(instructionSet.kernels)
    }
  }

  @Test("a kernel gradient over several blocks of positions", arguments: KernelComparisonTests.supported)
  func manyPositions(instructionSet: InstructionSet) {
    for (channels, filters) in [(3, 16), (40, 70), (1, 1)] {
      var shapes = RandomShapes(channels)
      let geometry = ConvolutionGeometry(
        inputHeight: 70, inputWidth: 71, inputChannels: channels, kernelHeight: 3, kernelWidth: 3, strideHeight: 1,
        strideWidth: 1, paddingTop: 1, paddingLeft: 1, outputHeight: 70, outputWidth: 71, filters: filters,
        dilationHeight: 1, dilationWidth: 1, groups: 1)
      ConvolutionCase(geometry, samples: 2, hasBias: true, shapes: &shapes).check(instructionSet.kernels)
    }
  }

  @Test("depthwise convolutions of 200 random sizes", arguments: KernelComparisonTests.supported)
  func depthwise(instructionSet: InstructionSet) {
    for index in 0..<200 {
      var shapes = RandomShapes(7000 + index)
      var geometry = ConvolutionGeometry(random: &shapes, wide: index % 3 == 0, isPlain: false)
      geometry.groups = geometry.inputChannels
      geometry.filters = geometry.inputChannels * (index % 2 == 0 ? 1 : shapes.size(1...3))
      ConvolutionCase(geometry, samples: shapes.size(1...3), hasBias: index % 4 != 0, shapes: &shapes)
        .checkDepthwise(instructionSet.kernels)
    }
  }
}

/// A convolution with its values.
private struct ConvolutionCase {
  let geometry: ConvolutionGeometry
  let samples: Int
  let input: [Float]
  let kernel: [Float]
  let bias: [Float]?
  let outputGradient: [Float]

  init(_ geometry: ConvolutionGeometry, samples: Int, hasBias: Bool, shapes: inout RandomShapes) {
    self.geometry = geometry
    self.samples = samples
    input = shapes.values(samples * geometry.inputs)
    kernel = shapes.values(geometry.weights)
    bias = hasBias ? shapes.values(geometry.filters) : nil
    outputGradient = shapes.values(samples * geometry.outputs)
  }

  func check(_ kernels: KernelSet) {
    var positions = [Int32](repeating: 0, count: geometry.positions)
    var taps = [Int32](repeating: 0, count: geometry.taps)
    kernels.convolutionOffsets(geometry, positions: &positions, taps: &taps)
    let pixels = geometry.inputHeight * geometry.inputWidth
    var gradientPositions = [Int32](repeating: 0, count: max(geometry.positions, pixels))
    var gradientTaps = [Int32](
      repeating: 0, count: geometry.kernelHeight * geometry.kernelWidth * geometry.filters / geometry.groups)
    kernels.convolutionGradientOffsets(geometry, positions: &gradientPositions, taps: &gradientTaps)
    var scratch = [Float](repeating: KernelComparisonTests.garbage, count: kernels.convolutionScratchCount(geometry))
    checkForward { bias, output, relu in
      kernels.convolutionForward(
        input: input, kernel: kernel, bias: bias, output: output, samples: samples, geometry: geometry, relu: relu,
        positions: positions, taps: taps, scratch: &scratch)
    }
    checkKernelGradient { kernelGradient, biasGradient in
      func compute(_ range: Range<Int>, _ kernelGradient: UnsafeMutablePointer<Float>) {
        kernels.convolutionKernelGradient(
          input: input, outputGradient: outputGradient, kernelGradient: kernelGradient,
          biasGradient: range.lowerBound == 0 ? biasGradient : nil, samples: samples, geometry: geometry,
          range: range, positions: positions, taps: taps, scratch: &scratch)
      }
      compute(0..<geometry.taps, kernelGradient)
      // In two parts of the taps, the same bits.
      var parts = garbage(geometry.weights)
      let cut = geometry.taps / 3
      for range in [cut..<geometry.taps, 0..<cut] { compute(range, &parts) }
      #expect(
        parts == Array(UnsafeBufferPointer(start: kernelGradient, count: geometry.weights)),
        "parts of the taps of \(geometry)")
    }
    checkInputGradient { inputGradient in
      kernels.convolutionInputGradient(
        outputGradient: outputGradient, kernel: kernel, inputGradient: inputGradient, samples: samples,
        geometry: geometry, positions: gradientPositions, taps: gradientTaps, scratch: &scratch)
    }
  }

  func checkDepthwise(_ kernels: KernelSet) {
    func table(_ count: Int) -> [Int32] { [Int32](repeating: 0, count: count) }
    var (positions, taps) = (table(geometry.positions), table(geometry.taps))
    var (pixels, gradientTaps) = (table(geometry.inputHeight * geometry.inputWidth), table(geometry.taps))
    kernels.depthwiseOffsets(
      geometry, positions: &positions, taps: &taps, gradientPositions: &pixels, gradientTaps: &gradientTaps)
    var scratch = garbage(kernels.depthwiseScratchCount(geometry))
    checkForward { bias, output, relu in
      kernels.depthwiseForward(
        input: input, kernel: kernel, bias: bias, output: output, samples: samples, geometry: geometry, relu: relu,
        positions: positions, taps: taps, scratch: &scratch)
    }
    checkKernelGradient { kernelGradient, biasGradient in
      kernels.depthwiseKernelGradient(
        input: input, outputGradient: outputGradient, kernelGradient: kernelGradient, biasGradient: biasGradient,
        samples: samples, geometry: geometry, positions: positions, taps: taps, scratch: &scratch)
    }
    checkInputGradient { inputGradient in
      kernels.depthwiseInputGradient(
        outputGradient: outputGradient, kernel: kernel, inputGradient: inputGradient, samples: samples,
        geometry: geometry, positions: pixels, taps: gradientTaps, scratch: &scratch)
    }
  }

  private func garbage(_ count: Int) -> [Float] { [Float](repeating: KernelComparisonTests.garbage, count: count) }

  private typealias Values = UnsafeMutablePointer<Float>

  private func checkForward(_ compute: (_ bias: UnsafePointer<Float>?, _ output: Values, _ relu: Bool) -> Void) {
    var (expected, actual) = (garbage(samples * geometry.outputs), garbage(samples * geometry.outputs))
    for relu in [false, true] {
      let bias = bias ?? []
      bias.withUnsafeBufferPointer { values in
        let bias = self.bias == nil ? nil : values.baseAddress
        ReferenceConvolution.forward(
          input: input, kernel: kernel, bias: bias, output: &expected, samples: samples, geometry: geometry)
        if relu { ReferenceActivation.reluForward(&expected, count: expected.count) }
        compute(bias, &actual, relu)
      }
      expectClose(actual, expected, terms: geometry.taps + 1, "output of \(geometry)")
    }
  }

  private func checkKernelGradient(_ compute: (_ kernelGradient: Values, _ biasGradient: Values) -> Void) {
    var (expected, actual) = (garbage(geometry.weights), garbage(geometry.weights))
    var (expectedBias, actualBias) = (garbage(geometry.filters), garbage(geometry.filters))
    ReferenceConvolution.kernelGradient(
      input: input, outputGradient: outputGradient, kernelGradient: &expected, samples: samples, geometry: geometry)
    ReferenceConvolution.biasGradient(
      outputGradient: outputGradient, biasGradient: &expectedBias, samples: samples, geometry: geometry)
    compute(&actual, &actualBias)
    expectClose(actual, expected, terms: samples * geometry.positions, "kernel gradient of \(geometry)")
    expectClose(actualBias, expectedBias, terms: samples * geometry.positions, "bias gradient of \(geometry)")
  }

  private func checkInputGradient(_ compute: (_ inputGradient: Values) -> Void) {
    var (expected, actual) = (garbage(samples * geometry.inputs), garbage(samples * geometry.inputs))
    ReferenceConvolution.inputGradient(
      outputGradient: outputGradient, kernel: kernel, inputGradient: &expected, samples: samples, geometry: geometry)
    compute(&actual)
    let terms = geometry.kernelHeight * geometry.kernelWidth * geometry.filters / geometry.groups
    expectClose(actual, expected, terms: terms, "input gradient of \(geometry)")
  }
}
