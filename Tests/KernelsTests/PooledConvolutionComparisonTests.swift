import Kernels
import Testing

@Suite("Pooled convolution kernels agree with the reference")
struct PooledConvolutionComparisonTests {
  @Test("convolutions of 200 random sizes, pooled", arguments: KernelComparisonTests.supported)
  func pooledConvolution(instructionSet: InstructionSet) {
    for index in 0..<200 {
      var shapes = RandomShapes(9000 + index)
      let geometry = ConvolutionGeometry(random: &shapes, wide: index % 3 == 0)
      guard geometry.outputHeight > 1, geometry.outputWidth > 1 else { continue }
      PooledConvolutionCase(
        geometry, samples: shapes.size(1...3), hasBias: index % 4 != 0, relu: index % 5 != 0, shapes: &shapes
      ).check(instructionSet.kernels)
    }
  }

  /// An image of four pixels, each an output for each filter: a single pool window.
  private func oneWindow(filters: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(
      inputHeight: 2, inputWidth: 2, inputChannels: 1, kernelHeight: 1, kernelWidth: 1, strideHeight: 1,
      strideWidth: 1, paddingTop: 0, paddingLeft: 0, outputHeight: 2, outputWidth: 2, filters: filters,
      dilationHeight: 1, dilationWidth: 1, groups: 1)
  }

  @Test("a window with NaN in it gives NaN", arguments: KernelComparisonTests.supported, [true, false])
  func notANumber(instructionSet: InstructionSet, relu: Bool) {
    let (kernels, filters) = (instructionSet.kernels, 17)
    let geometry = oneWindow(filters: filters)
    var (positions, taps) = ([Int32](repeating: 0, count: 4), [Int32(0)])
    kernels.convolutionOffsets(geometry, positions: &positions, taps: &taps)
    var scratch = [Float](repeating: 0, count: kernels.pooledConvolutionScratchCount(geometry))
    for place in 0..<4 {
      var input: [Float] = [1, 1, 1, 1]
      input[place] = .nan
      var (output, selected) = ([Float](repeating: 0, count: filters), [UInt8](repeating: 0, count: filters))
      kernels.pooledConvolutionForward(
        input: input, kernel: [Float](repeating: 1, count: filters), bias: nil, output: &output, selected: &selected,
        samples: 1, geometry: geometry, relu: relu, positions: positions, taps: taps, scratch: &scratch)
      #expect(output.filter(\.isNaN).count == filters)
    }
  }

  @Test(
    "the maximum number of filters, all with a gradient at the same position",
    arguments: KernelComparisonTests.supported)
  func mostFilters(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    var shapes = RandomShapes(8000)
    // The values of each window are all 0: the first is selected.
    PooledConvolutionCase(
      oneWindow(filters: 65_535), samples: 1, hasBias: false, relu: false, isDark: true, shapes: &shapes
    ).check(kernels)
    #expect([65_535, 65_536].map { kernels.fitsPooledConvolution(oneWindow(filters: $0)) } == [true, false])
  }
}

/// A pooled convolution with its values.
private struct PooledConvolutionCase {
  let geometry: ConvolutionGeometry
  let samples: Int
  let relu: Bool
  let input: [Float]
  let kernel: [Float]
  let bias: [Float]?
  let pooledGradient: [Float]

  /// - Parameter isDark: whether the images are black.
  init(
    _ geometry: ConvolutionGeometry, samples: Int, hasBias: Bool, relu: Bool, isDark: Bool = false,
    shapes: inout RandomShapes
  ) {
    self.geometry = geometry
    self.samples = samples
    self.relu = relu
    input = shapes.values(samples * geometry.inputs).map { isDark ? 0 : $0 }
    kernel = shapes.values(geometry.weights)
    bias = hasBias ? shapes.values(geometry.filters) : nil
    let windows = (geometry.outputHeight / 2) * (geometry.outputWidth / 2)
    pooledGradient = shapes.values(samples * windows * geometry.filters)
  }

  private var pooledHeight: Int { geometry.outputHeight / 2 }
  private var pooledWidth: Int { geometry.outputWidth / 2 }

  /// The offset of value `choice` of a pooled output in the convolution.
  private func source(of pooled: Int, choice: Int) -> Int {
    let (window, filter) = pooled.quotientAndRemainder(dividingBy: geometry.filters)
    let (rows, column) = window.quotientAndRemainder(dividingBy: pooledWidth)
    let (sample, row) = rows.quotientAndRemainder(dividingBy: pooledHeight)
    let y = sample * geometry.outputHeight + 2 * row + choice / 2
    return (y * geometry.outputWidth + 2 * column + choice % 2) * geometry.filters + filter
  }

  func check(_ kernels: KernelSet) {
    var positions = [Int32](repeating: 0, count: geometry.positions)
    var taps = [Int32](repeating: 0, count: geometry.taps)
    kernels.convolutionOffsets(geometry, positions: &positions, taps: &taps)
    var scratch = [Float](
      repeating: KernelComparisonTests.garbage, count: kernels.pooledConvolutionScratchCount(geometry))
    var output = [Float](repeating: KernelComparisonTests.garbage, count: pooledGradient.count)
    var selected = [UInt8](repeating: 99, count: pooledGradient.count)
    (bias ?? []).withUnsafeBufferPointer { values in
      kernels.pooledConvolutionForward(
        input: input, kernel: kernel, bias: bias == nil ? nil : values.baseAddress, output: &output,
        selected: &selected, samples: samples, geometry: geometry, relu: relu, positions: positions, taps: taps,
        scratch: &scratch)
    }
    checkForward(output, selected)
    checkGradients(kernels, output, selected, positions, &scratch)
  }

  private func checkForward(_ output: [Float], _ selected: [UInt8]) {
    var convolved = [Float](repeating: 0, count: samples * geometry.outputs)
    (bias ?? []).withUnsafeBufferPointer { values in
      ReferenceConvolution.forward(
        input: input, kernel: kernel, bias: bias == nil ? nil : values.baseAddress, output: &convolved,
        samples: samples, geometry: geometry)
    }
    let windows = output.indices.map { pooled in (0..<4).map { convolved[source(of: pooled, choice: $0)] } }
    let largest = windows.map { $0.reduce(-.infinity, max) }
    expectClose(output, relu ? largest.map { max($0, 0) } : largest, terms: geometry.taps + 1, "output of \(geometry)")
    // The argmax may differ from the reference's only between values that are equal up to rounding.
    let chosen = output.indices.map { windows[$0][Int(selected[$0])] }
    expectClose(chosen, largest, terms: geometry.taps + 1, "selected value of \(geometry)")
  }

  private func checkGradients(
    _ kernels: KernelSet, _ output: [Float], _ selected: [UInt8], _ positions: [Int32], _ scratch: inout [Float]
  ) {
    func garbage(_ count: Int) -> [Float] { [Float](repeating: KernelComparisonTests.garbage, count: count) }
    var (kernelGradient, biasGradient) = (garbage(geometry.weights), garbage(geometry.filters))
    var (inputGradient, without) = (garbage(samples * geometry.inputs), garbage(geometry.weights))
    kernels.pooledConvolutionGradients(
      input: input, kernel: kernel, output: output, selected: selected, outputGradient: pooledGradient,
      kernelGradient: &kernelGradient, biasGradient: &biasGradient, inputGradient: &inputGradient, samples: samples,
      geometry: geometry, range: 0..<geometry.filters, relu: relu, positions: positions, scratch: &scratch)
    // Without the input's gradient, in two parts of the filters.
    let cut = geometry.filters / 3
    var biasParts = garbage(geometry.filters)
    for range in [cut..<geometry.filters, 0..<cut] {
      kernels.pooledConvolutionGradients(
        input: input, kernel: kernel, output: output, selected: selected, outputGradient: pooledGradient,
        kernelGradient: &without, biasGradient: &biasParts, inputGradient: nil, samples: samples, geometry: geometry,
        range: range, relu: relu, positions: positions, scratch: &scratch)
    }
    #expect(
      without == kernelGradient && biasParts == biasGradient,
      "parts of the filters, or the input's gradient, show in the kernel's: \(geometry)")

    var gradient = [Float](repeating: 0, count: samples * geometry.outputs)
    for pooled in output.indices where !relu || output[pooled] > 0 {
      gradient[source(of: pooled, choice: Int(selected[pooled]))] = pooledGradient[pooled]
    }
    var (expectedKernel, expectedBias) = (garbage(geometry.weights), garbage(geometry.filters))
    var expectedInput = garbage(samples * geometry.inputs)
    ReferenceConvolution.kernelGradient(
      input: input, outputGradient: gradient, kernelGradient: &expectedKernel, samples: samples, geometry: geometry)
    ReferenceConvolution.biasGradient(
      outputGradient: gradient, biasGradient: &expectedBias, samples: samples, geometry: geometry)
    ReferenceConvolution.inputGradient(
      outputGradient: gradient, kernel: kernel, inputGradient: &expectedInput, samples: samples, geometry: geometry)
    let terms = samples * geometry.positions
    expectClose(kernelGradient, expectedKernel, terms: terms, "kernel gradient of \(geometry)")
    expectClose(biasGradient, expectedBias, terms: terms, "bias gradient of \(geometry)")
    expectClose(
      inputGradient, expectedInput, terms: geometry.kernelHeight * geometry.kernelWidth * geometry.filters,
      "input gradient of \(geometry)")
  }
}
