import Datasets
import Training

/// The class that a model predicts for a sample, and the true one.
struct ClassifiedSample {
  /// The index in the data.
  let index: Int
  let actual: Int
  let predicted: Int
  /// The probability of the predicted class; nil if the output is not a probability.
  let confidence: Double?
  /// The probability of the true class; nil as above.
  let actualProbability: Double?

  var isCorrect: Bool { actual == predicted }
}

extension ModelResults {
  /// The prediction for each sample; empty if the model does not predict classes.
  var classified: [ClassifiedSample] {
    guard confusion != nil, let prediction else { return [] }
    let outputs = prediction.classes
    // The metrics compare a single output with 0.5, also if it is a logit.
    let hasProbabilities = prediction.kind == .probabilities || prediction.kind == .logits && outputs > 1
    let probabilities = hasProbabilities ? prediction.probabilities : nil
    let predicted = outputs > 1 ? prediction.classIndices : prediction.values.map { $0 > 0.5 ? 1 : 0 }
    return predicted.indices.compactMap { index in
      guard let actual = actualClass(index, of: outputs) else { return nil }
      func probability(_ label: Int) -> Double? {
        guard let probabilities else { return nil }
        let value = Double(probabilities[outputs == 1 ? index : index * outputs + label])
        // A model that has diverged may have NaN.
        return value.isFinite ? (outputs == 1 && label == 0 ? 1 - value : value) : nil
      }
      return ClassifiedSample(
        index: index, actual: actual, predicted: predicted[index], confidence: probability(predicted[index]),
        actualProbability: probability(actual))
    }
  }

  /// The true class, as the metrics count it: the label, or the largest target.
  private func actualClass(_ index: Int, of outputs: Int) -> Int? {
    if let label = data.classIndex(index, of: outputs) { return label < max(outputs, 2) ? label : nil }
    guard let target = data.target(index), target.count == outputs else { return nil }
    guard outputs > 1 else { return target[0] > 0.5 ? 1 : 0 }
    return target.indices.reduce(0) { target[$1] > target[$0] ? $1 : $0 }
  }
}
