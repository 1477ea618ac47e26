/// A number that tells people how good the model is; training does not use it.
///
/// A new metric is one file that conforms to this protocol, and one line in `MetricCatalog`.
public protocol Metric: Sendable {
  /// Keras' name: `accuracy`.
  static var name: String { get }

  init()

  /// The sum over a shard's samples of what the metric averages.
  ///
  /// - Parameters:
  ///   - outputs: (samples, classes): probabilities or logits.
  ///   - labels: (samples), each in 0..<classes.
  func sum(outputs: UnsafePointer<Float>, labels: UnsafePointer<Int32>, samples: Int, classes: Int) -> Double
}

/// Every metric there is. A new one is registered here, on a line of its own.
public enum MetricCatalog {
  public static let all: [any Metric.Type] = [
    Accuracy.self
  ]
}
