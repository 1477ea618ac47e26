import ElementaryFunctions

/// x − log Σ exp(x) over the last axis; the maximum is subtracted first to avoid overflow.
enum LogSoftmaxFunction {
  /// Replaces each row of `values` (rows, columns) with the logarithm of its softmax.
  static func forward(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let row = values + row * columns
      let largest = SoftmaxFunction.largest(row, columns)
      var sum: Float = 0
      for column in 0..<columns { sum += Elementary.exp(row[column] - largest) }
      let logarithm = Elementary.log(sum)
      for column in 0..<columns { row[column] = (row[column] - largest) - logarithm }
    }
  }

  /// Converts the gradient of the outputs to that of the inputs: g ← g − exp(y)·Σ g.
  static func backward(outputs: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let (outputs, gradient) = (outputs + row * columns, gradient + row * columns)
      var sum: Float = 0
      for column in 0..<columns { sum += gradient[column] }
      for column in 0..<columns { gradient[column] -= Elementary.exp(outputs[column]) * sum }
    }
  }
}
