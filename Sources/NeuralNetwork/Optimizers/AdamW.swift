import Configuration

/// Adam with weight decay: see `Adam` and `UpdateOptions`. The default decay is 0.004, as in Keras.
public struct AdamW: Optimizer, Equatable {
  public static let className = "AdamW"
  public static let name = "adamw"
  public static let prototype = AdamW()
  public static let schema: Schema = [
    .number("learning_rate", \.adam.learningRate, where: .positive),
    .number("beta_1", \.adam.beta1, where: .belowOne),
    .number("beta_2", \.adam.beta2, where: .belowOne),
    .number("epsilon", \.adam.epsilon, where: .positive),
    .bool("amsgrad", \.adam.amsgrad),
  ]

  private var adam: Adam

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, weightDecay: Float = 0.004, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, amsgrad: Bool = false, excludedFromWeightDecay: [NamePattern] = [],
    clipping: UpdateOptions.Clipping? = nil
  ) {
    adam = Adam(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, amsgrad: amsgrad,
      updateOptions: UpdateOptions(
        weightDecay: weightDecay, excludedFromWeightDecay: excludedFromWeightDecay, clipping: clipping))
  }

  public var learningRate: Float { adam.learningRate }
  public var updateOptions: UpdateOptions {
    get { adam.updateOptions }
    set { adam.updateOptions = newValue }
  }
  public var ownSlotNames: [String] { adam.ownSlotNames }
  public var ownSlotOrder: SlotOrder { adam.ownSlotOrder }

  public func stepSize(iteration: Int, learningRate: Float) -> Float {
    adam.stepSize(iteration: iteration, learningRate: learningRate)
  }

  public func update(_ block: VariableBlock, stepSize: Float) {
    adam.update(block, stepSize: stepSize)
  }
}
