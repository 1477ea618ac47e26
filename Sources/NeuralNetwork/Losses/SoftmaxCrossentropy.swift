import ElementaryFunctions

/// Cross-entropy of softmax(logits), fused: −Σ y·log p with log p = x − log Σ exp(x), and the gradient p·Σy − y.
///
/// It stays exact where the softmax saturates, as in TensorFlow. For a class it is log Σ exp(x) − x[class], with the
/// gradient p − y: the same bits as for its one-hot values.
enum SoftmaxCrossentropy {
  /// Computes loss and gradient for classes; the parameters are those of `Loss.compute`.
  static func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let classes = outputs.count
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      let target = outputs.targets.classIndex(sample)
      let (sum, largest) = exponentials(row, classes, gradient.map { $0 + sample * classes }, scale: scale)
      gradient?[sample * classes + target] -= scale
      losses[sample] = Double(Elementary.log(sum) + (largest - row[target]))
    }
  }

  /// Computes loss and gradient for any numbers as targets.
  static func compute(
    _ outputs: ModelOutputs, _ targets: ClassTargets, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?,
    scale: Float
  ) {
    let classes = outputs.count
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      let gradient = gradient.map { $0 + sample * classes }
      let (sum, largest) = exponentials(row, classes, gradient, scale: scale)
      let logarithm = Elementary.log(sum)
      // 0, or NaN if an output is.
      var loss = Double(logarithm * 0)
      var total: Float = 0
      for index in 0..<classes {
        let target = targets(sample, index)
        total += target
        if target != 0 { loss += Double(target * (logarithm + (largest - row[index]))) }
      }
      losses[sample] = loss
      guard let gradient else { continue }
      for index in 0..<classes { gradient[index] = gradient[index] * total - targets(sample, index) * scale }
    }
  }

  /// The sum of exp(x − the largest x) and that x.
  ///
  /// - Parameter gradient: overwritten with p · scale.
  @inline(__always)
  private static func exponentials(
    _ row: UnsafePointer<Float>, _ classes: Int, _ gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> (sum: Float, largest: Float) {
    let largest = SoftmaxFunction.largest(row, classes)
    var sum: Float = 0
    if let gradient {
      for index in 0..<classes {
        gradient[index] = Elementary.exp(row[index] - largest)
        sum += gradient[index]
      }
      for index in 0..<classes { gradient[index] = gradient[index] / sum * scale }
    } else {
      for index in 0..<classes { sum += Elementary.exp(row[index] - largest) }
    }
    return (sum, largest)
  }
}
