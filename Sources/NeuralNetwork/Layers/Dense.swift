import Configuration
import Kernels

/// A fully connected layer: activation(input · kernel + bias), with the kernel (inputs, units).
public struct Dense: WeightedLayer, ActivatedLayer, Equatable {
  public static let className = "Dense"
  public static let typeName = "dense"
  public static let prototype = Dense(units: 1)
  private static let ownSchema: Schema = [
    .integer("units", \.units, in: 1...LayerLimits.size, isRequired: true),
    .choice("activation", \.activation),
    .bool("use_bias", \.useBias),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<Dense>] = [
    LayerWeight("kernel", \.kernel) { layer, input in [input.count, layer.units] },
    LayerWeight("bias", \.bias) { layer, _ in layer.useBias ? [layer.units] : nil },
  ]

  /// The number of outputs.
  public var units: Int
  /// The function applied to the outputs.
  public var activation: ActivationFunction
  /// Whether each unit has a bias.
  public var useBias: Bool
  /// The options of the kernel.
  public var kernel = WeightOptions(GlorotUniform())
  /// The options of the bias.
  public var bias = WeightOptions(Zeros())

  /// Creates a fully connected layer.
  public init(units: Int, activation: ActivationFunction = .linear, useBias: Bool = true) {
    precondition(units > 0, "Dense needs 1 unit or more, got \(units)")
    self.units = units
    self.activation = activation
    self.useBias = useBias
  }

  public func outputShape(for input: Shape) throws -> Shape {
    guard input.dimensions.count == 1 else {
      throw LayerShapeError(needs: "a single axis", advice: "add a flatten layer before it")
    }
    try checkWeights(for: input)
    return [units]
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    DenseOperation(layer: self, input: site.input, kernels: site.kernels)
  }

  public var softmaxArgument: SoftmaxArgument? {
    activation == .softmax ? .layer(Dense(units: units, useBias: useBias)) : nil
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    [.product(kernel: "kernel", bias: useBias ? "bias" : nil)] + activation.exchangeForm
  }
}

/// A dense layer with its kernel stored (units, inputs), the order of the vector kernels.
struct DenseOperation: ShardTreeOperation {
  let output: TensorLayout
  let variableLayouts: [ParameterLayout]
  private let layer: Dense
  private let inputs: Int
  private let biasOffset: Int
  private let kernels: KernelSet

  init(layer: Dense, input: TensorLayout, kernels: KernelSet) {
    self.layer = layer
    self.kernels = kernels
    inputs = input.shape.count
    output = TensorLayout([layer.units])
    biasOffset = FloatBuffer.aligned(inputs * layer.units)
    variableLayouts = [Self.layout(input: input, units: layer.units)]
  }

  /// (units, inputs), with the inputs in memory order.
  private static func layout(input: TensorLayout, units: Int) -> ParameterLayout {
    guard let image = input.channelsFirstImage?.image else {
      return ParameterLayout(factors: [input.shape.count, units], order: [1, 0])
    }
    return ParameterLayout(factors: [image.height * image.width, image.channels, units], order: [2, 1, 0])
  }

  var backwardReads: BackwardReads { layer.activation == .linear ? .inputs : [.inputs, .output] }
  func treeScratchCount(samples: Int, shards: Int) -> Int {
    kernels.denseScratchCount(samples: samples, units: layer.units, shards: shards)
  }

  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = 2 * inputs * layer.units
    return OperationCount(forward: product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: Frame) {
    kernels.denseForward(
      input: frame.input, weights: frame.variables, bias: layer.useBias ? frame.variables + biasOffset : nil,
      output: frame.output, samples: frame.samples, inputs: inputs, units: layer.units, scratch: frame.scratch)
    layer.activation.forward(frame.output, rows: frame.samples, columns: layer.units, kernels: kernels)
  }

  func beginBackward(_ frame: Frame) {
    layer.activation.backward(
      outputs: frame.output, gradient: frame.outputGradient, rows: frame.samples, columns: layer.units,
      kernels: kernels)
  }

  /// Whether parts of the weights are those of some inputs, else of some units: each part packs all of the other ones.
  private var dividesInputs: Bool { inputs > layer.units }
  var gradientParts: Int { (max(layer.units, inputs) + 15) / 16 }

  func variableGradients(_ frame: Frame, part: GradientPart, into gradients: UnsafeMutablePointer<Float>) {
    let hasBias = layer.useBias && (!dividesInputs || part.index == 0)
    kernels.denseWeightGradient(
      outputGradient: frame.outputGradient, input: frame.input, weightGradient: gradients,
      biasGradient: hasBias ? gradients + biasOffset : nil, shardEnds: frame.shards.ends, shards: frame.shards.count,
      inputs: inputs, units: layer.units, unitRange: (dividesInputs ? .whole : part).range(of: layer.units),
      inputRange: (dividesInputs ? part : .whole).range(of: inputs), scratch: frame.scratch)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.denseInputGradient(
      outputGradient: frame.outputGradient, weights: frame.variables, inputGradient: inputGradient,
      samples: frame.samples, inputs: inputs, units: layer.units, scratch: frame.scratch)
  }
}
