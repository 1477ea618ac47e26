/// Loss and metrics of a model over a data set.
public struct Evaluation: Sendable, Equatable {
  /// `loss`, then the metrics: means over all samples.
  public let values: [(name: String, value: Double)]
  /// The number of samples.
  public let samples: Int

  /// The mean of the loss or a metric; NaN for an unknown name.
  public subscript(name: String) -> Double { values.first { $0.name == name }?.value ?? .nan }

  /// The mean loss per sample.
  public var loss: Double { self["loss"] }
  /// The fraction of correct predictions; NaN if accuracy was not measured.
  public var accuracy: Double { self["accuracy"] }

  /// Compares with NaN equal to NaN.
  public static func == (left: Self, right: Self) -> Bool {
    left.samples == right.samples && left.values.elementsEqual(right.values) { $0 == $1 }
  }
}
