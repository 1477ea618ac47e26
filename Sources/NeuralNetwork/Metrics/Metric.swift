/// A number that tells people how good the model is; training does not use it.
///
/// A new metric is one file that conforms to this protocol, and one line in `MetricCatalog`.
public protocol Metric: Sendable {
  /// Keras' name: `accuracy`.
  static var name: String { get }

  init()

  /// Computes for each sample the number whose mean over all samples is the metric.
  ///
  /// - Parameter values: overwritten for each sample.
  func compute(_ outputs: ModelOutputs, values: SampleColumn)
}

/// Every metric there is. A new one is registered here, on a line of its own.
public enum MetricCatalog {
  public static let all: [any Metric.Type] = [
    Accuracy.self
  ]
}
