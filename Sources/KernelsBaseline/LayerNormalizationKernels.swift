import CVector

extension VectorKernels {
  /// output = (input − mean) / √(variance + ε) · γ + β, for each row of (rows, columns).
  ///
  /// - Parameters:
  ///   - gamma, beta: (columns); nil for 1 and 0.
  ///   - statistics: (rows, 2), overwritten: the mean and 1 / √(variance + ε) of each row.
  @inline(never)
  public static func layerNormalizationForward(
    input: UnsafePointer<Float>, gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    epsilon: Float
  ) {
    let count = Float(columns)
    for row in 0..<rows {
      let (x, y) = (input + row * columns, output + row * columns)
      let mean = sum(columns, vector: { loadVector(x + $0) }, scalar: { x[$0] }) / count
      let means = Vector(repeating: mean)
      let squares = sum(
        columns,
        vector: { column in
          let distance = loadVector(x + column) - means
          return distance * distance
        }, scalar: { (x[$0] - mean) * (x[$0] - mean) })
      let deviation = 1 / (squares / count + epsilon).squareRoot()
      statistics[2 * row] = mean
      statistics[2 * row + 1] = deviation
      forEachVector(columns) { column, rest in
        var value = (loadFirst(rest, x + column) - means) * deviation
        if let gamma { value *= loadFirst(rest, gamma + column) }
        if let beta { value += loadFirst(rest, beta + column) }
        storeFirst(rest, value, y + column)
      }
    }
  }

  /// The gradient of the input: (g − mean(g) − x̂ · mean(g·x̂)) / √(variance + ε), with g = outputGradient · γ.
  @inline(never)
  public static func layerNormalizationInputGradient(
    input: UnsafePointer<Float>, gamma: UnsafePointer<Float>?, statistics: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    let count = Float(columns)
    for row in 0..<rows {
      let (x, dy, dx) = (input + row * columns, outputGradient + row * columns, inputGradient + row * columns)
      let (mean, deviation) = (statistics[2 * row], statistics[2 * row + 1])
      let means = Vector(repeating: mean)
      func gradient(_ column: Int) -> Float { dy[column] * (gamma.map { $0[column] } ?? 1) }
      func gradients(_ column: Int) -> Vector {
        gamma.map { loadVector(dy + column) * loadVector($0 + column) } ?? loadVector(dy + column)
      }
      let gradientMean = sum(columns, vector: gradients, scalar: gradient) / count
      let products = sum(
        columns, vector: { gradients($0) * (loadVector(x + $0) - means) },
        scalar: { gradient($0) * (x[$0] - mean) })
      // x̂ · mean(g·x̂) = (x − mean) · deviation² · mean(g · (x − mean))
      let slope = products / count * deviation * deviation
      forEachVector(columns) { column, rest in
        var g = loadFirst(rest, dy + column)
        if let gamma { g *= loadFirst(rest, gamma + column) }
        let distance = loadFirst(rest, x + column) - means
        storeFirst(rest, ((g - gradientMean) - distance * slope) * deviation, dx + column)
      }
    }
  }

  /// Adds to the gradients of γ and β, each (columns) or nil, those of some rows, in order.
  @inline(never)
  public static func layerNormalizationVariableGradients(
    input: UnsafePointer<Float>, statistics: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    gammaGradient: UnsafeMutablePointer<Float>?, betaGradient: UnsafeMutablePointer<Float>?, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let (x, dy) = (input + row * columns, outputGradient + row * columns)
      let (mean, deviation) = (statistics[2 * row], statistics[2 * row + 1])
      forEachVector(columns) { column, rest in
        let g = loadFirst(rest, dy + column)
        if let betaGradient { storeFirst(rest, loadFirst(rest, betaGradient + column) + g, betaGradient + column) }
        if let gammaGradient {
          let normalized = (loadFirst(rest, x + column) - mean) * deviation
          storeFirst(
            rest, multiplyAdd(g, normalized, loadFirst(rest, gammaGradient + column)), gammaGradient + column)
        }
      }
    }
  }

  /// A sum over columns: vectors first, then the rest one by one.
  @inline(__always)
  private static func sum(_ columns: Int, vector: (Int) -> Vector, scalar: (Int) -> Float) -> Float {
    var (vectors, column) = (Vector(), 0)
    while column + lanes <= columns {
      vectors += vector(column)
      column += lanes
    }
    var total = KernelSum.of(vectors)
    while column < columns {
      total += scalar(column)
      column += 1
    }
    return total
  }

  /// Calls `body` with the first column of each vector and the number of columns in it.
  @inline(__always)
  private static func forEachVector(_ columns: Int, _ body: (_ column: Int, _ count: Int) -> Void) {
    var column = 0
    while column + lanes <= columns {
      body(column, lanes)
      column += lanes
    }
    if column < columns { body(column, columns - column) }
  }
}

/// The sum of a vector's lanes, under a name that the methods of `VectorKernels` do not hide.
private enum KernelSum {
  @_transparent static func of(_ vector: Vector) -> Float { sum(vector) }
}
