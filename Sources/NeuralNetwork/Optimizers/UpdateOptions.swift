import Configuration

/// Gradient clipping, weight decay, and what else all optimizers have in common. Clipping and decay are applied before an optimizer's own update, in Keras' order:
///
///     clip_value        g ← min(max(g, −clip), clip)
///     clip_norm         g ← g · clip / max(‖g‖, clip), with the norm of the variable's gradient
///     global_clip_norm  g ← g · clip · min(1 / ‖g‖, 1 / clip), with the norm of all gradients
///     weight decay      w ← w − w · decay · learning rate
///
/// With `accumulationSteps` k, gradients are summed over k batches, and their sum / k is clipped and applied by the last of
/// them; iterations then count updates, and learning rate schedules count batches. With `movingAverage`, each step
/// ends with a ← µ·a + (1 − µ)·w, where µ is 0 before the first update is complete: the average starts as the weights.
///
/// Learning rate multipliers are factors of the rate of some variables, in updates and weight decay alike.
///
/// Weight decay is decoupled from the gradient. Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay
/// Regularization", ICLR 2019, algorithm 2, in the form of Keras, which multiplies by the learning rate.
public struct UpdateOptions: Sendable, Equatable {
  /// The kind of clipping and its limit.
  public enum Clipping: Sendable, Equatable {
    case value(Float)
    case norm(Float)
    case globalNorm(Float)
  }

  /// The moving average of the weights: Keras' `use_ema`.
  ///
  /// As in Keras, training, validation, the choice of the best epoch and checkpoints have the weights themselves, and
  /// the averages are optimizer state. When the last epoch is done, the averages replace the weights.
  public struct MovingAverage: Sendable, Equatable {
    /// µ, the part of the average that a step keeps; from 0 to 1.
    public var momentum: Double
    /// Also replaces the weights by their averages after every so many updates; nil for never.
    public var overwriteFrequency: Int?

    /// Creates a moving average; by default with Keras' momentum.
    public init(momentum: Double = 0.99, overwriteFrequency: Int? = nil) {
      self.momentum = momentum
      self.overwriteFrequency = overwriteFrequency
    }
  }

  /// The factor of weight decay; nil for none.
  public var weightDecay: Float?
  /// The variables without decay: patterns of their names (`bias`), or with a '/' of their paths (`dense/bias`, `head*/*`).
  public var excludedFromWeightDecay: [NamePattern]
  /// The clipping of gradients; nil for none.
  public var clipping: Clipping?
  /// The moving average of the weights; nil for none.
  public var movingAverage: MovingAverage?
  /// The number of batches whose gradients make an update, 2 or more; nil for 1.
  public var accumulationSteps: Int?
  /// The factors of the learning rate by name; of several that apply to a variable, the first.
  public var learningRateMultipliers: [LearningRateMultiplier]

  /// Creates options; by default without any.
  public init(
    weightDecay: Float? = nil, excludedFromWeightDecay: [NamePattern] = [], clipping: Clipping? = nil,
    movingAverage: MovingAverage? = nil, accumulationSteps: Int? = nil,
    learningRateMultipliers: [LearningRateMultiplier] = []
  ) {
    self.weightDecay = weightDecay
    self.excludedFromWeightDecay = excludedFromWeightDecay
    self.clipping = clipping
    self.movingAverage = movingAverage
    self.accumulationSteps = accumulationSteps
    self.learningRateMultipliers = learningRateMultipliers
  }

  /// Keras' names of the slots that the options need.
  package var slotNames: [String] {
    (movingAverage == nil ? [] : ["average"]) + (accumulationSteps == nil ? [] : ["gradient_accumulator"])
  }

  /// The number of complete updates before a step, and whether the step makes one.
  package func updates(beforeStep step: Int) -> (count: Int, isUpdate: Bool) {
    guard let accumulationSteps else { return (step, true) }
    return (step / accumulationSteps, (step + 1) % accumulationSteps == 0)
  }

  /// Whether weight decay applies to a variable.
  public func decays(_ variable: Variable) -> Bool {
    weightDecay != nil && !excludedFromWeightDecay.contains { Self.excludes($0, variable) }
  }

  /// Whether a pattern of `excludedFromWeightDecay` is that of a variable.
  package static func excludes(_ pattern: NamePattern, _ variable: Variable) -> Bool {
    pattern.matches(pattern.isOfPaths ? variable.path : variable.name)
  }
}
