import Configuration

/// A callback that a configuration can name.
///
/// It is stateless: its state is part of the run's state (`Trainer[callback:]`), so it survives every interruption. A
/// new callback is one file that conforms to this protocol, and one line in `CallbackCatalog.swift`.
public protocol ConfiguredCallback: Callback, Sendable {
  /// The name in YAML and the key of its state.
  static var name: String { get }
  static var optionKeys: [String] { get }
  /// Whether it affects the final weights: then a resumed run must have it too.
  static var decidesWeights: Bool { get }

  /// - Parameter metrics: the metric names of the history.
  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader, metrics: [String]) throws

  /// All options, with Keras' names where Keras has them.
  var options: [ConfigurationEntry] { get }
}

extension ConfigurationReader {
  /// Reads `monitor` and `min_delta`.
  func monitor(metrics: [String], minDelta: Double) throws -> MetricMonitor {
    let fallback = metrics.contains("val_loss") ? "val_loss" : "loss"
    return MetricMonitor(
      try name("monitor", kind: "metric", among: metrics, default: fallback),
      minDelta: try number("min_delta", where: .zeroOrMore, default: minDelta))
  }
}

extension MetricMonitor {
  var options: [ConfigurationEntry] {
    [
      ConfigurationEntry("monitor", ConfigurationNode(.string(metric))),
      ConfigurationEntry("min_delta", ConfigurationNode(.number(minDelta))),
    ]
  }
}
