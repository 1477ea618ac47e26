/// What a model makes of a data set.
public struct Evaluation: Sendable, Equatable {
  /// `loss`, then the metrics, with their means over all samples.
  public let values: [(name: String, value: Double)]
  public let samples: Int

  /// The mean of one of them; NaN if there is no such metric.
  public subscript(name: String) -> Double { values.first { $0.name == name }?.value ?? .nan }

  public var loss: Double { self["loss"] }
  public var accuracy: Double { self["accuracy"] }

  public static func == (left: Self, right: Self) -> Bool {
    left.samples == right.samples && left.values.elementsEqual(right.values) { $0 == $1 }
  }
}
