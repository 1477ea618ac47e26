import Configuration

/// A cross-entropy: a loss on probabilities or on their logits.
public protocol CrossentropyLoss: Loss {
  var fromLogits: Bool { get set }
}

extension CrossentropyLoss {
  /// The option `from_logits`.
  public static var schema: Schema { [.bool("from_logits", \.fromLogits)] }
}

/// A cross-entropy is a metric too: its mean without the weights of samples.
extension CrossentropyLoss where Self: Metric {
  public static var largerIsBetter: Bool { false }
  public static var needsProbabilities: Bool { true }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    compute(outputs, losses: values, gradient: nil, scale: 1)
  }
}
