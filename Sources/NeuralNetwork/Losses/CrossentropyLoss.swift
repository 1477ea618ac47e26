import Configuration

/// A loss of probabilities, or of the logits that they come from: the cross-entropies, which share their option.
public protocol CrossentropyLoss: Loss {
  var fromLogits: Bool { get set }
}

extension CrossentropyLoss {
  public static var schema: Schema { [.bool("from_logits", \.fromLogits)] }
}
