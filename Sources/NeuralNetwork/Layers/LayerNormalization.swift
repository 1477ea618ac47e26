import Configuration
import Kernels

/// (x − mean) / √(variance + ε) · γ + β, with the mean and the variance over the last axis of each sample.
///
/// Source: J. Ba et al., "Layer Normalization", 2016; ε is Keras' (1e-3; PyTorch's is 1e-5).
public struct LayerNormalization: WeightedLayer, Equatable {
  public static let className = "LayerNormalization"
  public static let typeName = "layer_normalization"
  public static let prototype = LayerNormalization()
  private static let ownSchema: Schema = [
    .constant("axis", -1, wording: "-1, the last axis"),
    .number("epsilon", \.epsilon, where: .positive),
    .bool("center", \.center),
    .bool("scale", \.scale),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<LayerNormalization>] = [
    LayerWeight("gamma", \.gamma) { layer, input in layer.scale ? [input.channels] : nil },
    LayerWeight("beta", \.beta) { layer, input in layer.center ? [input.channels] : nil },
  ]

  /// ε, added to the variance.
  public var epsilon: Double
  /// Whether the layer has a β.
  public var center: Bool
  /// Whether the layer has a γ.
  public var scale: Bool
  /// The options of γ.
  public var gamma = WeightOptions(Ones())
  /// The options of β.
  public var beta = WeightOptions(Zeros())

  /// Creates a layer with Keras' defaults.
  public init(epsilon: Double = 1e-3, center: Bool = true, scale: Bool = true) {
    self.epsilon = epsilon
    self.center = center
    self.scale = scale
  }

  public func outputShape(for input: Shape) throws -> Shape {
    try checkWeights(for: input)
    return input
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    LayerNormalizationOperation(layer: self, output: TensorLayout(site.input.shape), kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    [.layerNormalization(gamma: scale ? "gamma" : nil, beta: center ? "beta" : nil, epsilon: epsilon)]
  }
}

struct LayerNormalizationOperation: Operation {
  let layer: LayerNormalization
  let output: TensorLayout
  let kernels: KernelSet

  private var columns: Int { output.shape.channels }
  /// The rows of a sample.
  private var rows: Int { output.shape.count / columns }
  private var betaOffset: Int { layer.scale ? FloatBuffer.aligned(columns) : 0 }

  var backwardReads: BackwardReads { .inputs }
  /// The mean and 1 / √(variance + ε) of each row.
  var keptBytes: Int { 2 * rows * MemoryLayout<Float>.stride }

  private func statistics(_ frame: Frame) -> UnsafeMutablePointer<Float> {
    frame.kept.bindMemory(to: Float.self, capacity: 2 * rows * frame.samples)
  }
  private func gamma(_ frame: Frame) -> UnsafePointer<Float>? { layer.scale ? frame.variables : nil }

  func forward(_ frame: Frame) {
    kernels.layerNormalizationForward(
      input: frame.input, gamma: gamma(frame), beta: layer.center ? frame.variables + betaOffset : nil,
      output: frame.output, statistics: statistics(frame), rows: frame.samples * rows, columns: columns,
      epsilon: Float(layer.epsilon))
  }

  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    let row = samples.lowerBound * rows
    let (gamma, beta) = (layer.scale ? gradients : nil, layer.center ? gradients + betaOffset : nil)
    gamma?.update(repeating: 0, count: columns)
    beta?.update(repeating: 0, count: columns)
    kernels.layerNormalizationVariableGradients(
      input: frame.input + row * columns, statistics: statistics(frame) + 2 * row,
      outputGradient: frame.outputGradient + row * columns, gammaGradient: gamma, betaGradient: beta,
      rows: samples.count * rows, columns: columns)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.layerNormalizationInputGradient(
      input: frame.input, gamma: gamma(frame), statistics: statistics(frame), outputGradient: frame.outputGradient,
      inputGradient: inputGradient, rows: frame.samples * rows, columns: columns)
  }
}
