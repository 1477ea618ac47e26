import Configuration

/// An evaluation metric; reported, not optimized.
///
/// A new metric is one file that conforms to this protocol, and one line in `MetricCatalog.swift`.
public protocol Metric: Sendable {
  /// Keras' name: `accuracy`.
  static var name: String { get }
  /// Other names in Keras: `mse`.
  static var aliases: [String] { get }
  /// Whether larger values are better.
  static var largerIsBetter: Bool { get }

  init()

  /// Computes a value per sample; the metric is their mean over all samples.
  ///
  /// - Parameter values: overwritten for each sample.
  func compute(_ outputs: ModelOutputs, values: SampleColumn)
}

extension Metric {
  public static var aliases: [String] { [] }
}
