import Kernels

/// A convolution with as many groups as channels.
struct DepthwiseOperation: Operation {
  let output: TensorLayout
  private let activation: ActivationFunction
  private let useBias: Bool
  private let geometry: ConvolutionGeometry
  private let offsets: DepthwiseOffsets
  private let kernels: KernelSet

  init(_ geometry: ConvolutionGeometry, activation: ActivationFunction, useBias: Bool, kernels: KernelSet) {
    self.geometry = geometry
    self.activation = activation
    self.useBias = useBias
    self.kernels = kernels
    offsets = DepthwiseOffsets(geometry, kernels: kernels)
    output = TensorLayout(geometry.outputShape)
  }

  var backwardReads: BackwardReads { activation == .linear ? .inputs : [.inputs, .output] }
  func scratchCount(samples: Int) -> Int { kernels.depthwiseScratchCount(geometry) }
  var constantCount: Int { offsets.count }
  func prepare(_ constants: UnsafeMutablePointer<Float>) { offsets.fill(constants) }

  private func rows(_ frame: Frame) -> Int { frame.samples * geometry.outputHeight * geometry.outputWidth }

  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = geometry.productOperations
    return OperationCount(forward: product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: Frame) {
    let isRelu = activation == .relu
    kernels.depthwiseForward(
      input: frame.input, kernel: frame.variables, bias: useBias ? frame.variables + geometry.biasOffset : nil,
      output: frame.output, samples: frame.samples, geometry: geometry, relu: isRelu,
      positions: offsets.positions(frame.constants), taps: offsets.taps(frame.constants), scratch: frame.scratch)
    if !isRelu {
      activation.forward(frame.output, rows: rows(frame), columns: geometry.filters, kernels: kernels)
    }
  }

  func beginBackward(_ frame: Frame) {
    activation.backward(
      outputs: frame.output, gradient: frame.outputGradient, rows: rows(frame), columns: geometry.filters,
      kernels: kernels)
  }

  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    kernels.depthwiseKernelGradient(
      input: frame.input + samples.lowerBound * geometry.inputCount,
      outputGradient: frame.outputGradient + samples.lowerBound * geometry.outputCount, kernelGradient: gradients,
      biasGradient: useBias ? gradients + geometry.biasOffset : nil, samples: samples.count, geometry: geometry,
      positions: offsets.positions(frame.constants), taps: offsets.taps(frame.constants), scratch: frame.scratch)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.depthwiseInputGradient(
      outputGradient: frame.outputGradient, kernel: frame.variables, inputGradient: inputGradient,
      samples: frame.samples, geometry: geometry, positions: offsets.gradientPositions(frame.constants),
      taps: offsets.gradientTaps(frame.constants), scratch: frame.scratch)
  }
}
