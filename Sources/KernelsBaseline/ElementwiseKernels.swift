import CVector

extension VectorKernels {
  /// Replaces negative values with 0.
  @inline(never)
  public static func reluForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    map(values, count: count, relu)
  }

  /// Keeps the gradients whose output is positive, and replaces the others with 0.
  @inline(never)
  public static func reluBackward(
    outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int
  ) {
    map(gradients, outputs, count: count) { wherePositive($1, $0) }
  }

  /// v ← 1 / (1 + exp(−v))
  @inline(never)
  public static func sigmoidForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    map(values, count: count, sigmoid)
  }

  /// g ← g·s·(1 − s)
  @inline(never)
  public static func sigmoidBackward(
    outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int
  ) {
    map(gradients, outputs, count: count) { $0 * ($1 * (1 - $1)) }
  }

  /// v ← tanh v
  @inline(never)
  public static func tanhForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    map(values, count: count, tanh)
  }

  /// g ← g·(1 − t²)
  @inline(never)
  public static func tanhBackward(
    outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int
  ) {
    map(gradients, outputs, count: count) { $0 * (1 - $1 * $1) }
  }

  @inline(__always)
  private static func map(_ values: UnsafeMutablePointer<Float>, count: Int, _ transform: (Vector) -> Vector) {
    var index = 0
    while index + lanes <= count {
      storeVector(transform(loadVector(values + index)), values + index)
      index += lanes
    }
    if index < count { storeFirst(count - index, transform(loadFirst(count - index, values + index)), values + index) }
  }

  @inline(__always)
  private static func map(
    _ values: UnsafeMutablePointer<Float>, _ others: UnsafePointer<Float>, count: Int,
    _ transform: (_ value: Vector, _ other: Vector) -> Vector
  ) {
    var index = 0
    while index + lanes <= count {
      storeVector(transform(loadVector(values + index), loadVector(others + index)), values + index)
      index += lanes
    }
    if index < count {
      let rest = count - index
      storeFirst(rest, transform(loadFirst(rest, values + index), loadFirst(rest, others + index)), values + index)
    }
  }

  /// values = pixels / divisor.
  ///
  /// - Parameter next: the pixels to scale next, which are prefetched: samples are in random order, so the processor
  ///   would stall on each.
  @inline(never)
  public static func scaleImages(
    _ pixels: UnsafePointer<UInt8>, _ values: UnsafeMutablePointer<Float>, count: Int, divisor: Float,
    next: UnsafePointer<UInt8>
  ) {
    let divisors = Vector(repeating: divisor)
    for line in stride(from: 0, to: count, by: 64) { martlet_prefetch(next + line) }
    var index = 0
    while index + lanes <= count {
      storeVector(loadBytes(pixels + index) / divisors, values + index)
      index += lanes
    }
    while index < count {
      values[index] = Float(pixels[index]) / divisor
      index += 1
    }
  }
}
