/// What the numbers mean that come out of the last computation.
public enum OutputForm: Sendable, Equatable {
  /// Logits: the model ends in a softmax that the network leaves to the loss, as TensorFlow does.
  case logits
  /// The model's own outputs; a loss takes them as probabilities.
  case outputs
}

/// How far the model's outputs are from the labels: the number that training makes small.
///
/// A new loss is one file that conforms to this protocol, and one line in `LossCatalog`.
public protocol Loss: Sendable {
  /// Keras' name: `categorical_crossentropy`.
  static var name: String { get }

  init()

  /// The sum of the losses of a shard's samples, and their gradient.
  ///
  /// - Parameters:
  ///   - outputs: (samples, classes)
  ///   - labels: (samples), each in 0..<classes.
  ///   - gradient: (samples, classes), overwritten with the gradient of the loss of each sample, times `scale`; nil if
  ///     only the loss is asked for.
  ///   - scale: 1 / (samples of the whole batch), because the loss of a batch is the mean over it.
  func sum(
    outputs: UnsafePointer<Float>, form: OutputForm, labels: UnsafePointer<Int32>, samples: Int, classes: Int,
    gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Double
}

/// Every loss there is. A new one is registered here, on a line of its own.
public enum LossCatalog {
  public static let all: [any Loss.Type] = [
    CategoricalCrossentropy.self,
    SparseCategoricalCrossentropy.self,
  ]
}
