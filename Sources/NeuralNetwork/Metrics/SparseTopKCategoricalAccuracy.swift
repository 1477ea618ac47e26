import Configuration

/// As `TopKCategoricalAccuracy`, by its name for labels.
public struct SparseTopKCategoricalAccuracy: Metric {
  public static let name = "sparse_top_k_categorical_accuracy"
  public static let largerIsBetter = true
  public static let needsProbabilities = false
  public static let schema: Schema = [.integer("k", \.k, in: 1...Int.max)]

  /// The number of outputs among which the class must be.
  public var k: Int

  /// Creates the metric with Keras' default.
  public init() { self.init(k: 5) }
  /// Creates the metric.
  public init(k: Int) { self.k = k }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    TopKCategoricalAccuracy(k: k).compute(outputs, values: values)
  }
}
