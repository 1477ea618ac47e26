import NeuralNetwork

/// The model's answer for each sample of a data set.
public struct Prediction: Sendable, Equatable {
  /// What the values of a model's outputs are.
  public enum Kind: Sendable, Equatable {
    /// Those of a softmax, or of the sigmoid that a binary cross-entropy takes.
    case probabilities
    /// The loss takes their softmax, or their sigmoid.
    case logits
    /// Those of a last layer of which the loss says nothing: numbers, in a regression.
    case outputs
  }

  /// The model's outputs (samples, classes), row by row.
  public let values: [Float]
  /// The outputs of a sample: one for each class, or as many as there are values to predict.
  public let classes: Int
  public let kind: Kind
  /// Whether an output is that of a class, of which the largest is the answer. If not, each is an answer of its own.
  public let areClasses: Bool

  public init(values: [Float], classes: Int, kind: Kind, areClasses: Bool = true) {
    self.values = values
    self.classes = classes
    self.kind = kind
    self.areClasses = areClasses
  }

  public var samples: Int { values.count / classes }

  /// The values of one sample.
  public func row(_ sample: Int) -> ArraySlice<Float> { values[sample * classes..<(sample + 1) * classes] }

  /// The values with a softmax where they are logits; with a sigmoid where they are none of classes.
  public var probabilities: [Float] {
    guard kind == .logits else { return values }
    guard areClasses else { return values.map(BinaryCrossentropy.sigmoid) }
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
