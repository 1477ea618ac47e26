import Configuration
import Kernels

/// Every unit sees every input: activation(input · kernel + bias), with the kernel (inputs, units).
public struct Dense: Layer, Equatable {
  public static let className = "Dense"
  public static let typeName = "dense"
  public static let optionKeys = ["units", "activation", "use_bias"]

  public var units: Int
  public var activation: ActivationFunction
  public var useBias: Bool

  public init(units: Int, activation: ActivationFunction = .linear, useBias: Bool = true) {
    precondition(units > 0, "Dense needs 1 unit or more, got \(units)")
    self.units = units
    self.activation = activation
    self.useBias = useBias
  }

  public init(options: ConfigurationReader) throws {
    units = try options.integer("units", in: 1...LayerLimits.size)
    activation = try ActivationFunction(options: options)
    useBias = try options.bool("use_bias", default: true)
  }

  public var options: [ConfigurationEntry] {
    [
      ConfigurationEntry("units", ConfigurationNode(.integer(units))),
      ConfigurationEntry("activation", ConfigurationNode(.string(activation.rawValue))),
      ConfigurationEntry("use_bias", ConfigurationNode(.bool(useBias))),
    ]
  }

  public func outputShape(for input: Shape) throws -> Shape {
    guard input.dimensions.count == 1 else {
      throw LayerShapeError(needs: "one axis of inputs", advice: "put a flatten layer before it")
    }
    return [units]
  }

  public func makeComputation(for input: TensorLayout, kernels: KernelSet) -> (any LayerComputation)? {
    DenseComputation(layer: self, input: input, kernels: kernels)
  }

  public func portableForm(for input: Shape) -> [PortableOperation] {
    [.product(kernel: "kernel", bias: useBias ? "bias" : nil)] + activation.portableForm
  }
}

/// Computes a dense layer with its kernel stored (units, inputs), as the vector kernels want it.
struct DenseComputation: LayerComputation {
  let parameters: [ParameterSpecification]
  private let layer: Dense
  private let inputs: Int
  private let biasOffset: Int
  private let kernels: KernelSet

  init(layer: Dense, input: TensorLayout, kernels: KernelSet) {
    self.layer = layer
    self.kernels = kernels
    inputs = input.shape.count
    let kernel = ParameterSpecification(
      name: "kernel", shape: [inputs, layer.units], initializer: GlorotUniform(),
      layout: Self.layout(input: input, units: layer.units))
    let bias = ParameterSpecification(name: "bias", shape: [layer.units], initializer: Zeros())
    parameters = layer.useBias ? [kernel, bias] : [kernel]
    biasOffset = kernel.paddedCount
  }

  /// (units, inputs), the inputs in the order in which they lie in memory.
  private static func layout(input: TensorLayout, units: Int) -> ParameterLayout {
    guard let image = input.channelsFirstImage?.image else {
      return ParameterLayout(factors: [input.shape.count, units], order: [1, 0])
    }
    return ParameterLayout(factors: [image.height * image.width, image.channels, units], order: [2, 1, 0])
  }

  var outputCount: Int { layer.units }

  func workspaceCount(samples: Int, shards: Int) -> Int {
    kernels.denseScratchCount(shards: shards)
  }

  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = 2 * inputs * layer.units
    return OperationCount(forward: product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: ShardFrame) {
    kernels.denseForward(
      input: frame.input, weights: frame.parameters, bias: layer.useBias ? frame.parameters + biasOffset : nil,
      output: frame.output, samples: frame.samples, inputs: inputs, units: layer.units, scratch: frame.workspace)
    layer.activation.forward(frame.output, rows: frame.samples, columns: layer.units, kernels: kernels)
  }

  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    layer.activation.backward(
      outputs: frame.output, gradient: outputGradient, rows: frame.samples, columns: layer.units, kernels: kernels)
    kernels.denseWeightGradient(
      outputGradient: outputGradient, input: frame.input, weightGradient: parameterGradients,
      biasGradient: layer.useBias ? parameterGradients + biasOffset : nil, shardEnds: frame.shards.ends,
      shards: frame.shards.count, inputs: inputs, units: layer.units, scratch: frame.workspace)
    if let inputGradient {
      kernels.denseInputGradient(
        outputGradient: outputGradient, weights: frame.parameters, inputGradient: inputGradient,
        samples: frame.samples, inputs: inputs, units: layer.units)
    }
  }
}
