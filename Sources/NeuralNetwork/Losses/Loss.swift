import Configuration

/// A loss function.
///
/// A new loss is one file that conforms to this protocol, and one line in `LossCatalog.swift`.
public protocol Loss: Configurable {
  /// Keras' name: `categorical_crossentropy`.
  static var name: String { get }
  /// Other names in Keras: `mse`.
  static var aliases: [String] { get }
  /// The kind of targets.
  static var targets: TargetKind { get }
  /// Whether a loss over classes accepts a number per class too: a distribution instead of a class.
  static var acceptsDistributions: Bool { get }

  init()

  /// Whether the model's outputs are logits, to which the loss applies softmax (over classes) or a sigmoid
  /// (elementwise). If not, they are compared directly: probabilities or numbers.
  var fromLogits: Bool { get }

  /// Computes the loss of each sample and its gradient.
  ///
  /// - Parameters:
  ///   - losses: overwritten for each sample.
  ///   - gradient: (samples, outputs.count), overwritten with the gradient of the loss of each sample, times `scale`;
  ///     nil for the loss only.
  ///   - scale: 1 / (samples of the whole batch), because the loss of a batch is the mean over it.
  func compute(_ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float)
}

extension Loss {
  public static var aliases: [String] { [] }
  public static var targets: TargetKind { .classes }
  public static var acceptsDistributions: Bool { false }
  public static var prototype: Self { Self() }
  public static var schema: Schema { [] }
  public var fromLogits: Bool { false }
}

extension Loss {
  /// Whether the outputs, or the sigmoids of logits, are probabilities that are independent of each other.
  package var isOverIndependentProbabilities: Bool {
    self is any CrossentropyLoss && Self.targets == .values
  }
}

extension Loss where Self: Metric {
  public static var aliases: [String] { [] }
  public static var prototype: Self { Self() }
  public static var schema: Schema { [] }
}
