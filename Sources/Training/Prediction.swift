import NeuralNetwork

/// A model's outputs for each sample of a data set.
public struct Prediction: Sendable, Equatable {
  /// The meaning of the output values.
  public enum Kind: Sendable, Equatable {
    /// Outputs of a softmax, or of the sigmoid of a binary cross-entropy.
    case probabilities
    /// Inputs of the softmax or sigmoid that the loss applies.
    case logits
    /// Plain values, as in a regression.
    case outputs
  }

  /// The outputs (samples, classes) in row-major order.
  public let values: [Float]
  /// The outputs per sample: one per class or predicted value.
  public let classes: Int
  /// The meaning of `values`.
  public let kind: Kind
  /// Whether outputs are classes, of which the largest is the prediction; if not, each output is a prediction of its
  /// own.
  public let areClasses: Bool

  /// Creates a prediction from the outputs (samples, classes).
  public init(values: [Float], classes: Int, kind: Kind, areClasses: Bool = true) {
    self.values = values
    self.classes = classes
    self.kind = kind
    self.areClasses = areClasses
  }

  /// The number of samples.
  public var samples: Int { values.count / classes }

  /// The outputs of one sample.
  public func row(_ sample: Int) -> ArraySlice<Float> { values[sample * classes..<(sample + 1) * classes] }

  /// The probabilities: for logits, their softmax, or their sigmoid if outputs are not classes.
  public var probabilities: [Float] {
    guard kind == .logits else { return values }
    guard areClasses else { return values.map(BinaryCrossentropy.sigmoid) }
    var probabilities = values
    probabilities.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { SoftmaxFunction.forward($0, rows: samples, columns: classes) }
    }
    return probabilities
  }

  /// The class with the largest value for each sample; the first of equals.
  public var classIndices: [Int] {
    (0..<samples).map { sample in
      let row = row(sample)
      return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
    }
  }
}
