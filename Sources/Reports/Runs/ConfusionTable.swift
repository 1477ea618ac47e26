import NeuralNetwork

/// How often each class is predicted for each true class, and what follows from that.
package struct ConfusionTable: Sendable, Equatable {
  /// A true class, another one that was predicted for it, and how often.
  package struct Pair: Equatable, Sendable {
    package let actual: Int
    package let predicted: Int
    package let count: Int
  }

  /// Precision, recall and their harmonic mean, and the number of samples.
  ///
  /// A quotient whose divisor is 0 is 0, as in scikit-learn.
  package struct Scores: Equatable, Sendable {
    package let precision: Double
    package let recall: Double
    package let f1: Double
    package let support: Int
  }

  /// The number of classes.
  package let classes: Int
  private let counts: [Int]

  /// - Parameter value: (true class, predicted class), as of the metric `confusion_matrix`.
  package init(_ value: MetricValue) {
    classes = value.shape[0]
    counts = value.elements.map { Int($0) }
  }

  /// The number of samples of a class for which a class was predicted.
  package subscript(actual: Int, predicted: Int) -> Int { counts[actual * classes + predicted] }

  /// The number of samples.
  package var samples: Int { counts.reduce(0, +) }
  /// The number of samples that were classified correctly.
  package var correct: Int { (0..<classes).reduce(0) { $0 + self[$1, $1] } }

  /// The number of samples of a class.
  package func support(_ actual: Int) -> Int { (0..<classes).reduce(0) { $0 + self[actual, $1] } }

  /// The scores of a class.
  package func scores(_ index: Int) -> Scores {
    let predicted = (0..<classes).reduce(0) { $0 + self[$1, index] }
    let (correct, support) = (Double(self[index, index]), support(index))
    return Scores(
      precision: Self.quotient(correct, Double(predicted)), recall: Self.quotient(correct, Double(support)),
      f1: Self.quotient(2 * correct, Double(predicted + support)), support: support)
  }

  /// The means of the scores over the classes.
  ///
  /// - Parameter isWeighted: whether a class counts as often as it has samples.
  package func mean(isWeighted: Bool) -> Scores {
    let all = (0..<classes).map(scores)
    // As in scikit-learn, classes that are neither true nor predicted for any sample do not count.
    let present = all.indices.filter { index in
      all[index].support > 0 || (0..<classes).contains { self[$0, index] > 0 }
    }
    func mean(_ value: (Scores) -> Double) -> Double {
      let weights = all.map { isWeighted ? Double($0.support) : 1 }
      return Self.quotient(
        present.reduce(0) { $0 + weights[$1] * value(all[$1]) }, present.reduce(0) { $0 + weights[$1] })
    }
    return Scores(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), support: samples)
  }

  /// The wrong predictions by number, the most frequent first, then in the order of the classes.
  package var confusedPairs: [Pair] {
    let pairs = (0..<classes).flatMap { actual in
      (0..<classes).compactMap { predicted in
        actual != predicted && self[actual, predicted] > 0
          ? Pair(actual: actual, predicted: predicted, count: self[actual, predicted]) : nil
      }
    }
    return pairs.enumerated().sorted { left, right in
      (right.element.count, left.offset) < (left.element.count, right.offset)
    }.map(\.element)
  }

  private static func quotient(_ dividend: Double, _ divisor: Double) -> Double {
    divisor == 0 ? 0 : dividend / divisor
  }
}
