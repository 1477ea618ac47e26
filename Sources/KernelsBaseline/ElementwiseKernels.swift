extension VectorKernels {
  /// Replaces negative values by 0.
  @inline(never)
  public static func reluForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index + lanes <= count {
      storeVector(relu(loadVector(values + index)), values + index)
      index += lanes
    }
    if index < count { storeFirst(count - index, relu(loadFirst(count - index, values + index)), values + index) }
  }

  /// Keeps the gradients whose output is positive, and replaces the others by 0.
  @inline(never)
  public static func reluBackward(
    outputs: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, count: Int
  ) {
    var index = 0
    while index + lanes <= count {
      storeVector(wherePositive(loadVector(outputs + index), loadVector(gradients + index)), gradients + index)
      index += lanes
    }
    if index < count {
      let rest = count - index
      let kept = wherePositive(loadFirst(rest, outputs + index), loadFirst(rest, gradients + index))
      storeFirst(rest, kept, gradients + index)
    }
  }

  /// values = pixels / divisor.
  @inline(never)
  public static func scaleImages(
    _ pixels: UnsafePointer<UInt8>, _ values: UnsafeMutablePointer<Float>, count: Int, divisor: Float
  ) {
    let divisors = Vector(repeating: divisor)
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
