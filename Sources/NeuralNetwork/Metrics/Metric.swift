import Configuration

/// A number that tells people how good the model is; training does not use it.
///
/// A new metric is one file that conforms to this protocol, and one line in `MetricCatalog.swift`.
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
