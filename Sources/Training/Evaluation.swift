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

/// The model's answer for each sample of a data set.
public struct Prediction: Sendable, Equatable {
  /// (samples, classes), row by row.
  public let probabilities: [Float]
  public let classes: Int

  public var samples: Int { probabilities.count / classes }

  /// The probabilities of one sample.
  public func row(_ sample: Int) -> ArraySlice<Float> {
    probabilities[sample * classes..<(sample + 1) * classes]
  }

  /// The most probable class of each sample; the first of equal ones.
  public var classIndices: [Int] {
    (0..<samples).map { sample in
      let row = row(sample)
      return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
    }
  }
}
