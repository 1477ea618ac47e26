import Configuration
import Kernels

/// Convolution, bias, ReLU and 2x2 max pooling in one pass, for convolutions of any size.
///
/// It stands in for `Conv2D` - `MaxPooling2D`, whose values never come to memory before they are pooled; backwards only
/// the outputs that the pool chose have a gradient.
struct PooledConvolution: FusedComputation {
  static let layerCount = 2

  let parameters: [ParameterSpecification]
  let outputLayout: TensorLayout
  private let geometry: ConvolutionGeometry
  private let offsets: ConvolutionOffsets
  private let isRelu: Bool
  private let biasOffset: Int?
  private let kernels: KernelSet

  init?(_ layers: ArraySlice<any Layer>, isFirst: Bool, input: TensorLayout, kernels: KernelSet) {
    let next = Array(layers.prefix(Self.layerCount))
    guard next.count == Self.layerCount, let convolution = next[0] as? Conv2D,
      [.relu, .linear].contains(convolution.activation), next[1] as? MaxPooling2D == MaxPooling2D(),
      let window = try? convolution.window(over: input.shape)
    else { return nil }
    self.kernels = kernels
    geometry = convolution.geometry(window)
    guard kernels.fitsPooledConvolution(geometry) else { return nil }
    offsets = ConvolutionOffsets(geometry, kernels: kernels)
    isRelu = convolution.activation == .relu
    parameters = convolution.parameters(inputChannels: window.input.channels)
    biasOffset = convolution.useBias ? parameters[0].paddedCount : nil
    outputLayout = TensorLayout([window.output.height / 2, window.output.width / 2, convolution.filters])
  }

  var outputCount: Int { outputLayout.shape.count }
  private var inputCount: Int { geometry.inputHeight * geometry.inputWidth * geometry.inputChannels }
  private var parameterCount: Int { parameters.reduce(0) { $0 + $1.paddedCount } }
  private var scratchCount: Int { FloatBuffer.padded(kernels.pooledConvolutionScratchCount(geometry)) }

  /// The tables of offsets, the scratch of the kernels, the levels of the sum over shards, and the argmax of each pooled
  /// value, a byte each.
  func workspaceCount(samples: Int, shards: Int) -> Int {
    selectedOffset(shards: shards) + FloatBuffer.padded((samples * outputCount + 3) / 4)
  }

  private func selectedOffset(shards: Int) -> Int {
    offsets.count + scratchCount + ShardBounds.levelsCount(of: parameterCount, shards: shards)
  }

  func prepare(_ workspace: UnsafeMutablePointer<Float>) { offsets.fill(workspace) }

  private func scratch(_ frame: ShardFrame) -> UnsafeMutablePointer<Float> { frame.workspace + offsets.count }

  private func selected(_ frame: ShardFrame) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(frame.workspace + selectedOffset(shards: frame.shards.count))
      .bindMemory(to: UInt8.self, capacity: frame.samples * outputCount)
  }

  /// Only one of the four outputs under a pool window has a gradient.
  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = 2 * geometry.kernelHeight * geometry.kernelWidth * geometry.inputChannels * outputCount
    return OperationCount(forward: 4 * product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: ShardFrame) {
    kernels.pooledConvolutionForward(
      input: frame.input, kernel: frame.parameters, bias: biasOffset.map { frame.parameters + $0 },
      output: frame.output, selected: selected(frame), samples: frame.samples, geometry: geometry, relu: isRelu,
      positions: offsets.positions(frame.workspace), taps: offsets.taps(frame.workspace), scratch: scratch(frame))
  }

  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    let selected = selected(frame)
    frame.shards.sum(
      into: parameterGradients, count: parameterCount, levels: scratch(frame) + scratchCount, kernels: kernels
    ) { samples, gradients in
      let (input, output) = (samples.lowerBound * inputCount, samples.lowerBound * outputCount)
      kernels.pooledConvolutionGradients(
        input: frame.input + input, kernel: frame.parameters, output: frame.output + output,
        selected: selected + output, outputGradient: outputGradient + output, kernelGradient: gradients,
        biasGradient: biasOffset.map { gradients + $0 }, inputGradient: inputGradient.map { $0 + input },
        samples: samples.count, geometry: geometry, relu: isRelu, positions: offsets.positions(frame.workspace),
        scratch: scratch(frame))
    }
  }
}
