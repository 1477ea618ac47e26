import Configuration

/// How far the model's outputs are from the targets: the number that training makes small.
///
/// A new loss is one file that conforms to this protocol, and one line in `LossCatalog.swift`.
public protocol Loss: Configurable {
  /// Keras' name: `categorical_crossentropy`.
  static var name: String { get }
  /// Other names that Keras has for it: `mse`.
  static var aliases: [String] { get }
  /// What it compares the outputs with.
  static var targets: TargetKind { get }

  init()

  /// Whether the model's outputs are logits: the loss takes their softmax (over classes), or the sigmoid of each. If not,
  /// they are what they are compared with: probabilities, numbers.
  var fromLogits: Bool { get }

  /// Computes the loss of each sample, and its gradient.
  ///
  /// - Parameters:
  ///   - losses: overwritten for each sample.
  ///   - gradient: (samples, outputs.count), overwritten with the gradient of the loss of each sample, times `scale`; nil
  ///     if only the loss is asked for.
  ///   - scale: 1 / (samples of the whole batch), because the loss of a batch is the mean over it.
  func compute(_ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float)
}

/// What a loss compares outputs with.
public enum TargetKind: Sendable {
  /// A class for each sample, of which each has an output. A final softmax is left to the loss.
  case classes
  /// A number for each output.
  case values
}

extension Loss {
  public static var aliases: [String] { [] }
  public static var targets: TargetKind { .classes }
  public static var prototype: Self { Self() }
  public static var schema: Schema { [] }
  public var fromLogits: Bool { false }
}
