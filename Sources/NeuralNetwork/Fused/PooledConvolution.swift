import Configuration
import Kernels

/// Fused convolution, bias, ReLU and 2x2 max pooling, for convolutions of any size.
///
/// It computes `Conv2D` and `MaxPooling2D`; values are pooled before they are written to memory. In the backward pass
/// only the argmax outputs have a gradient.
struct PooledConvolution: Operation, FusionPattern {
  let output: TensorLayout
  private let geometry: ConvolutionGeometry
  private let offsets: ConvolutionOffsets
  private let isRelu: Bool
  private let useBias: Bool
  private let kernels: KernelSet

  static func match(at index: Int, input: TensorLayout, in context: LoweringContext) -> Fusion? {
    guard let pool = ConvolutionPool(at: index, in: context),
      let operation = Self(
        pool.convolution, input: input, kernels: context.kernels)
    else { return nil }
    return Fusion(operation: operation, layers: pool.layers)
  }

  init?(_ convolution: Conv2D, input: TensorLayout, kernels: KernelSet) {
    guard let window = try? convolution.window(over: input.shape) else { return nil }
    self.kernels = kernels
    geometry = convolution.geometry(window)
    guard kernels.fitsPooledConvolution(geometry) else { return nil }
    offsets = ConvolutionOffsets(geometry, kernels: kernels)
    isRelu = convolution.activation == .relu
    useBias = convolution.useBias
    output = TensorLayout([window.output.height / 2, window.output.width / 2, convolution.filters])
  }

  private var outputCount: Int { output.shape.count }

  var backwardReads: BackwardReads { [.inputs, .output] }
  /// The argmax of each pooled value.
  var keptBytes: Int { outputCount }
  func scratchCount(samples: Int) -> Int { kernels.pooledConvolutionScratchCount(geometry) }
  var constantCount: Int { offsets.count }
  func prepare(_ constants: UnsafeMutablePointer<Float>) { offsets.fill(constants) }

  private func selected(_ frame: Frame) -> UnsafeMutablePointer<UInt8> {
    frame.kept.bindMemory(to: UInt8.self, capacity: frame.samples * outputCount)
  }

  /// Only one of the four outputs in a pool window has a gradient.
  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = 2 * geometry.kernelHeight * geometry.kernelWidth * geometry.inputChannels * outputCount
    return OperationCount(forward: 4 * product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: Frame) {
    kernels.pooledConvolutionForward(
      input: frame.input, kernel: frame.variables, bias: useBias ? frame.variables + geometry.biasOffset : nil,
      output: frame.output, selected: selected(frame), samples: frame.samples, geometry: geometry, relu: isRelu,
      positions: offsets.positions(frame.constants), taps: offsets.taps(frame.constants), scratch: frame.scratch)
  }

  /// Parts of some filters.
  var gradientParts: Int { (geometry.filters + 7) / 8 }

  /// Also computes the gradient of the input, if the frame has it: both iterate over the argmax outputs.
  func variableGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, into gradients: UnsafeMutablePointer<Float>
  ) {
    computeGradients(
      frame, samples: samples, part: part, kernel: gradients, bias: useBias ? gradients + geometry.biasOffset : nil)
  }

  func inputGradients(_ frame: Frame) {
    guard frame.gradients == .ofInputs, frame.inputGradient != nil else { return }
    computeGradients(frame, samples: 0..<frame.samples, part: .whole, kernel: nil, bias: nil)
  }

  private func computeGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, kernel: UnsafeMutablePointer<Float>?,
    bias: UnsafeMutablePointer<Float>?
  ) {
    let (input, output) = (samples.lowerBound * geometry.inputCount, samples.lowerBound * outputCount)
    kernels.pooledConvolutionGradients(
      input: frame.input + input, kernel: frame.variables, output: frame.output + output,
      selected: selected(frame) + output, outputGradient: frame.outputGradient + output, kernelGradient: kernel,
      biasGradient: bias, inputGradient: frame.inputGradient.map { $0 + input }, samples: samples.count,
      geometry: geometry, range: part.range(of: geometry.filters), relu: isRelu,
      positions: offsets.positions(frame.constants), scratch: frame.scratch)
  }
}
