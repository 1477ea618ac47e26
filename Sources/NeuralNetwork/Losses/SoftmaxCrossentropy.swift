import Glibc

/// Cross-entropy of softmax(logits), fused: −log p = log Σ exp(x) − x[label], with the gradient p − y.
///
/// It stays exact where the softmax saturates: the form that TensorFlow computes.
enum SoftmaxCrossentropy {
  /// The parameters are those of `Loss.sum`.
  static func sum(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, samples: Int, classes: Int,
    gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Double {
    var total = 0.0
    for sample in 0..<samples {
      let row = logits + sample * classes
      let label = Int(labels[sample])
      let largest = Softmax.largest(row, classes)
      var sum: Float = 0
      if let gradient = gradient.map({ $0 + sample * classes }) {
        for index in 0..<classes {
          gradient[index] = exp(row[index] - largest)
          sum += gradient[index]
        }
        for index in 0..<classes { gradient[index] = gradient[index] / sum * scale }
        gradient[label] -= scale
      } else {
        for index in 0..<classes { sum += exp(row[index] - largest) }
      }
      total += Double(log(sum) + (largest - row[label]))
    }
    return total
  }
}
