import Configuration

/// A cross-entropy: a loss on probabilities or on their logits.
public protocol CrossentropyLoss: Loss {
  var fromLogits: Bool { get set }
}

extension CrossentropyLoss {
  /// The option `from_logits`.
  public static var schema: Schema { [.bool("from_logits", \.fromLogits)] }
}
