import NeuralNetwork

@testable import Training

extension History {
  /// Appends an epoch of metrics that are numbers.
  mutating func append(_ values: [String: Double]) { append(values.mapValues { MetricValue($0) }) }
}
