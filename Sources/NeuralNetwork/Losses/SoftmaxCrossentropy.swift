import ElementaryFunctions

/// Cross-entropy of softmax(logits), fused: −log p = log Σ exp(x) − x[class], with the gradient p − y.
///
/// It stays exact where the softmax saturates, as in TensorFlow.
enum SoftmaxCrossentropy {
  /// Computes loss and gradient; the parameters are those of `Loss.compute`.
  static func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let classes = outputs.count
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      let target = outputs.targets.classIndex(sample)
      let largest = SoftmaxFunction.largest(row, classes)
      var sum: Float = 0
      if let gradient = gradient.map({ $0 + sample * classes }) {
        for index in 0..<classes {
          gradient[index] = Elementary.exp(row[index] - largest)
          sum += gradient[index]
        }
        for index in 0..<classes { gradient[index] = gradient[index] / sum * scale }
        gradient[target] -= scale
      } else {
        for index in 0..<classes { sum += Elementary.exp(row[index] - largest) }
      }
      losses[sample] = Double(Elementary.log(sum) + (largest - row[target]))
    }
  }
}
