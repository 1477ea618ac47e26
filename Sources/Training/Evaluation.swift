import NeuralNetwork

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
  /// What the values of a model's outputs are.
  public enum Kind: Sendable, Equatable {
    /// Those of a softmax.
    case probabilities
    /// The loss takes their softmax.
    case logits
    /// Those of a last layer that is no softmax, of which the loss says nothing.
    case outputs
  }

  /// The model's outputs (samples, classes), row by row.
  public let values: [Float]
  public let classes: Int
  public let kind: Kind

  public init(values: [Float], classes: Int, kind: Kind) {
    self.values = values
    self.classes = classes
    self.kind = kind
  }

  public var samples: Int { values.count / classes }

  /// The values of one sample.
  public func row(_ sample: Int) -> ArraySlice<Float> { values[sample * classes..<(sample + 1) * classes] }

  /// The values with a softmax where they are logits.
  public var probabilities: [Float] {
    guard kind == .logits else { return values }
    var probabilities = values
    probabilities.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { Softmax.forward($0, rows: samples, columns: classes) }
    }
    return probabilities
  }

  /// The class with the largest value for each sample; the first of equal ones.
  public var classIndices: [Int] {
    (0..<samples).map { sample in
      let row = row(sample)
      return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
    }
  }
}
