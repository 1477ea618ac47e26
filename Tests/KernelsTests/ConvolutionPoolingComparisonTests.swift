import Kernels
import Testing

extension ConvolutionPoolingGeometry {
  /// A random geometry; a last row or column of outputs that does not fill a window is not pooled.
  init(random shapes: inout RandomShapes) {
    let (kernelHeight, kernelWidth) = (shapes.size(1...11), shapes.size(1...11))
    let (pooledHeight, pooledWidth) = (shapes.size(1...9), shapes.size(1...20))
    self.init(
      imageHeight: kernelHeight - 1 + 2 * pooledHeight + shapes.size(0...1),
      imageWidth: kernelWidth - 1 + 2 * pooledWidth + shapes.size(0...1), kernelHeight: kernelHeight,
      kernelWidth: kernelWidth, filters: shapes.size(1...12), pooledHeight: pooledHeight, pooledWidth: pooledWidth)
  }

  var pixels: Int { imageHeight * imageWidth }
  var taps: Int { kernelHeight * kernelWidth }
  var windows: Int { pooledHeight * pooledWidth }

  /// The convolution without the pooling.
  var convolution: ConvolutionGeometry {
    ConvolutionGeometry(
      inputHeight: imageHeight, inputWidth: imageWidth, inputChannels: 1, kernelHeight: kernelHeight,
      kernelWidth: kernelWidth, strideHeight: 1, strideWidth: 1, paddingTop: 0, paddingLeft: 0,
      outputHeight: imageHeight - kernelHeight + 1, outputWidth: imageWidth - kernelWidth + 1, filters: filters,
      dilationHeight: 1, dilationWidth: 1, groups: 1)
  }
}

@Suite("Kernels of convolution and pooling over one channel agree with the reference")
struct ConvolutionPoolingComparisonTests {
  @Test("200 random sizes", arguments: KernelComparisonTests.supported)
  func convolutionPooling(instructionSet: InstructionSet) {
    for index in 0..<200 {
      var shapes = RandomShapes(11_000 + index)
      let geometry = ConvolutionPoolingGeometry(random: &shapes)
      ConvolutionPoolingCase(geometry, samples: shapes.size(1...3), shapes: &shapes).check(instructionSet.kernels)
    }
  }

  @Test("a window with NaN in it gives NaN", arguments: KernelComparisonTests.supported)
  func notANumber(instructionSet: InstructionSet) {
    let (kernels, filters, width) = (instructionSet.kernels, 7, 17)
    let geometry = ConvolutionPoolingGeometry(
      imageHeight: 2, imageWidth: 2 * width, kernelHeight: 1, kernelWidth: 1, filters: filters, pooledHeight: 1,
      pooledWidth: width)
    var scratch = [Float](repeating: 0, count: kernels.convolutionPoolingScratchCount(geometry))
    for place in 0..<4 * width {
      var image = [Float](repeating: 1, count: geometry.pixels)
      image[place] = .nan
      var output = [Float](repeating: 0, count: filters * width)
      var selected = [UInt8](repeating: 0, count: filters * width)
      kernels.convolutionPoolingForward(
        images: image, weights: [Float](repeating: 1, count: filters), bias: [Float](repeating: 0, count: filters),
        output: &output, selected: &selected, samples: 1, geometry: geometry, scratch: &scratch)
      #expect(output.indices.allSatisfy { output[$0].isNaN == ($0 % width == place % (2 * width) / 2) })
    }
  }
}

/// Images, filters and gradients of one size.
private struct ConvolutionPoolingCase {
  let geometry: ConvolutionPoolingGeometry
  let samples: Int
  let images: [Float]
  /// (filters, kernel height, kernel width)
  let weights: [Float]
  let bias: [Float]
  /// (samples, filters, pooled height, pooled width)
  let pooledGradient: [Float]

  init(_ geometry: ConvolutionPoolingGeometry, samples: Int, shapes: inout RandomShapes) {
    self.geometry = geometry
    self.samples = samples
    images = shapes.values(samples * geometry.pixels)
    weights = shapes.values(geometry.filters * geometry.taps)
    bias = shapes.values(geometry.filters)
    pooledGradient = shapes.values(samples * geometry.filters * geometry.windows)
  }

  /// The offset of value `choice` of a pooled output in the reference convolution.
  private func source(of pooled: Int, choice: Int) -> Int {
    let (planes, window) = pooled.quotientAndRemainder(dividingBy: geometry.windows)
    let (sample, filter) = planes.quotientAndRemainder(dividingBy: geometry.filters)
    let (row, column) = window.quotientAndRemainder(dividingBy: geometry.pooledWidth)
    let convolution = geometry.convolution
    let y = sample * convolution.outputHeight + 2 * row + choice / 2
    return (y * convolution.outputWidth + 2 * column + choice % 2) * geometry.filters + filter
  }

  func check(_ kernels: KernelSet) {
    let garbage = KernelComparisonTests.garbage
    var scratch = [Float](repeating: garbage, count: kernels.convolutionPoolingScratchCount(geometry))
    var output = [Float](repeating: garbage, count: pooledGradient.count)
    var selected = [UInt8](repeating: 99, count: pooledGradient.count)
    kernels.convolutionPoolingForward(
      images: images, weights: weights, bias: bias, output: &output, selected: &selected, samples: samples,
      geometry: geometry, scratch: &scratch)
    checkForward(output, selected)
    var weightGradient = [Float](repeating: garbage, count: weights.count)
    var biasGradient = [Float](repeating: garbage, count: bias.count)
    func computeGradients(_ range: Range<Int>, _ weight: inout [Float], _ bias: inout [Float]) {
      kernels.convolutionPoolingWeightGradient(
        images: images, output: output, selected: selected, outputGradient: pooledGradient, weightGradient: &weight,
        biasGradient: &bias, samples: samples, geometry: geometry, range: range, scratch: &scratch)
    }
    computeGradients(0..<geometry.filters, &weightGradient, &biasGradient)
    // In parts, the same bits.
    var parts = (
      weight: [Float](repeating: garbage, count: weights.count), bias: [Float](repeating: garbage, count: bias.count)
    )
    let cut = geometry.filters / 3
    for range in [cut..<geometry.filters, 0..<cut] { computeGradients(range, &parts.weight, &parts.bias) }
    #expect(parts.weight == weightGradient && parts.bias == biasGradient, "parts of the filters of \(geometry)")
    checkGradients(output, selected, weightGradient, biasGradient)
  }

  private func checkForward(_ output: [Float], _ selected: [UInt8]) {
    let convolution = geometry.convolution
    let kernel = (0..<weights.count).map { index in
      weights[index % geometry.filters * geometry.taps + index / geometry.filters]
    }
    var convolved = [Float](repeating: 0, count: samples * convolution.outputs)
    ReferenceConvolution.forward(
      input: images, kernel: kernel, bias: bias, output: &convolved, samples: samples, geometry: convolution)
    let windows = output.indices.map { pooled in (0..<4).map { convolved[source(of: pooled, choice: $0)] } }
    let largest = windows.map { $0.reduce(-.infinity, max) }
    expectClose(output, largest.map { max($0, 0) }, terms: geometry.taps + 1, "output of \(geometry)")
    // The argmax may differ from the reference's only between values that are equal up to rounding.
    let chosen = output.indices.map { windows[$0][Int(selected[$0])] }
    expectClose(chosen, largest, terms: geometry.taps + 1, "selected value of \(geometry)")
  }

  private func checkGradients(
    _ output: [Float], _ selected: [UInt8], _ weightGradient: [Float], _ biasGradient: [Float]
  ) {
    let convolution = geometry.convolution
    var gradient = [Float](repeating: 0, count: samples * convolution.outputs)
    for pooled in output.indices where output[pooled] > 0 {
      gradient[source(of: pooled, choice: Int(selected[pooled]))] = pooledGradient[pooled]
    }
    var (kernel, bias) = ([Float](repeating: 0, count: weights.count), [Float](repeating: 0, count: bias.count))
    ReferenceConvolution.kernelGradient(
      input: images, outputGradient: gradient, kernelGradient: &kernel, samples: samples, geometry: convolution)
    ReferenceConvolution.biasGradient(
      outputGradient: gradient, biasGradient: &bias, samples: samples, geometry: convolution)
    let expected = (0..<weights.count).map { index in
      kernel[index % geometry.taps * geometry.filters + index / geometry.taps]
    }
    let terms = samples * geometry.windows
    expectClose(weightGradient, expected, terms: terms, "weight gradient of \(geometry)")
    expectClose(biasGradient, bias, terms: terms, "bias gradient of \(geometry)")
  }
}
