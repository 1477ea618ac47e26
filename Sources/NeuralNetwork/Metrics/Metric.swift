/// A number that tells people how good the model is; training does not use it.
///
/// A new metric is one file that conforms to this protocol, and one line in `MetricCatalog`.
public protocol Metric: Sendable {
  /// Keras' name: `accuracy`.
  static var name: String { get }
  /// Other names that Keras has for it: `mse`.
  static var aliases: [String] { get }
  /// Whether a larger value is a better one.
  static var largerIsBetter: Bool { get }

  init()

  /// Computes for each sample the number whose mean over all samples is the metric.
  ///
  /// - Parameter values: overwritten for each sample.
  func compute(_ outputs: ModelOutputs, values: SampleColumn)
}

extension Metric {
  public static var aliases: [String] { [] }
}

/// Every metric there is. A new one is registered here, on a line of its own.
public enum MetricCatalog {
  public static let all: [any Metric.Type] = [
    Accuracy.self,
    BinaryAccuracy.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
  ]

  /// The metric of a name, or of one of its aliases.
  package static func find(_ name: String) -> (any Metric.Type)? {
    all.first { $0.name == name || $0.aliases.contains(name) }
  }
}
