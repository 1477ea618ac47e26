import NeuralNetwork

/// Loss and metrics of a model over a data set.
public struct Evaluation: Sendable, Equatable {
  /// `loss`, then the metrics, over all samples.
  public let results: [(name: String, value: MetricValue)]
  /// The number of samples.
  public let samples: Int

  /// `loss`, then the metrics that are numbers.
  public var values: [(name: String, value: Double)] {
    results.compactMap { name, value in value.number.map { (name, $0) } }
  }

  /// The metrics that are arrays, such as a value for each class.
  public var arrays: [(name: String, value: MetricValue)] { results.filter { $0.value.number == nil } }

  /// The loss or a metric; NaN for an unknown name, and for an array.
  public subscript(name: String) -> Double { results.first { $0.name == name }?.value.number ?? .nan }

  /// The mean loss per sample.
  public var loss: Double { self["loss"] }
  /// The fraction of correct predictions; NaN if accuracy was not measured.
  public var accuracy: Double { self["accuracy"] }

  /// Compares with NaN equal to NaN.
  public static func == (left: Self, right: Self) -> Bool {
    left.samples == right.samples && left.results.elementsEqual(right.results) { $0 == $1 }
  }
}
