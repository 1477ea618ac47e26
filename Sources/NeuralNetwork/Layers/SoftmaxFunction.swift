import ElementaryFunctions

/// exp(x) / Σ exp(x) over the last axis; the maximum is subtracted first to avoid overflow.
public enum SoftmaxFunction {
  /// Replaces each row of `values` (rows, columns) with its softmax.
  public static func forward(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let row = values + row * columns
      let largest = Self.largest(row, columns)
      var sum: Float = 0
      for column in 0..<columns {
        row[column] = Elementary.exp(row[column] - largest)
        sum += row[column]
      }
      for column in 0..<columns { row[column] /= sum }
    }
  }

  /// Converts the gradient of the probabilities to that of the logits: g ← p·(g − Σ g·p).
  static func backward(
    outputs: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let probabilities = outputs + row * columns
      let gradient = gradient + row * columns
      var weighted: Float = 0
      for column in 0..<columns { weighted += gradient[column] * probabilities[column] }
      for column in 0..<columns { gradient[column] = probabilities[column] * (gradient[column] - weighted) }
    }
  }

  /// The maximum of `count` values; NaN if any is NaN.
  static func largest(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    var largest = values[0]
    for index in 1..<max(count, 1) where values[index] > largest || values[index].isNaN { largest = values[index] }
    return largest
  }
}
