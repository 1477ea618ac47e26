import Configuration

/// A loss of probabilities, or of the logits that they come from: the cross-entropies, which share their option.
public protocol CrossentropyLoss: Loss {
  init(fromLogits: Bool)
}

extension CrossentropyLoss {
  public static var optionKeys: [String] { ["from_logits"] }

  public init() { self.init(fromLogits: false) }

  public init(options: ConfigurationReader) throws {
    self.init(fromLogits: try options.bool("from_logits", default: false))
  }

  public var options: [ConfigurationEntry] { fromLogits ? [ConfigurationEntry("from_logits", true)] : [] }
}
