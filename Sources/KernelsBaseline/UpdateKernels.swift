extension VectorKernels {
  /// Sums a range of several buffers in a fixed tree: ((0+1)+(2+3))+((4+5)+(6+7)).
  ///
  /// The tree depends only on the number of buffers, not on the range.
  ///
  /// - Parameters:
  ///   - shards: the first buffer; the others follow, `stride` floats apart.
  ///   - total: `count` floats, overwritten
  @inline(never)
  public static func sumShards(
    _ shards: UnsafePointer<Float>, stride: Int, shardCount: Int, total: UnsafeMutablePointer<Float>, count: Int
  ) {
    var index = 0
    while index + lanes <= count {
      let first = shards + index
      // Two buffers, the most frequent case, need no call.
      let sum = shardCount == 2 ? loadVector(first) + loadVector(first + stride) : treeSum(first, stride, shardCount)
      storeVector(sum, total + index)
      index += lanes
    }
    while index < count {
      total[index] = treeSumOfScalars(shards + index, stride, shardCount)
      index += 1
    }
  }

  private static func treeSum(_ first: UnsafePointer<Float>, _ stride: Int, _ count: Int) -> Vector {
    if count == 1 { return loadVector(first) }
    if count == 2 { return loadVector(first) + loadVector(first + stride) }
    if count == 4 {
      return (loadVector(first) + loadVector(first + stride))
        + (loadVector(first + 2 * stride) + loadVector(first + 3 * stride))
    }
    let left = largestPowerOfTwo(below: count)
    return treeSum(first, stride, left) + treeSum(first + left * stride, stride, count - left)
  }

  private static func treeSumOfScalars(_ first: UnsafePointer<Float>, _ stride: Int, _ count: Int) -> Float {
    if count == 1 { return first[0] }
    let left = largestPowerOfTwo(below: count)
    return treeSumOfScalars(first, stride, left) + treeSumOfScalars(first + left * stride, stride, count - left)
  }

  @_transparent
  private static func largestPowerOfTwo(below count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// One step of gradient descent in Keras' form: w ← w − α·g; with momentum v ← µ·v − α·g and w ← w + v, or with
  /// Nesterov's w ← w + µ·v − α·g.
  @inline(never)
  public static func sgdUpdate(
    parameters: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>?, gradient: UnsafePointer<Float>,
    count: Int, stepSize: Float, momentum: Float, nesterov: Bool
  ) {
    var index = 0
    while index + lanes <= count {
      let change = loadVector(gradient + index) * stepSize
      var w = loadVector(parameters + index)
      if let velocity {
        let v = loadVector(velocity + index) * momentum - change
        storeVector(v, velocity + index)
        w += nesterov ? v * momentum - change : v
      } else {
        w -= change
      }
      storeVector(w, parameters + index)
      index += lanes
    }
    while index < count {
      let change = gradient[index] * stepSize
      if let velocity {
        velocity[index] = velocity[index] * momentum - change
        parameters[index] += nesterov ? velocity[index] * momentum - change : velocity[index]
      } else {
        parameters[index] -= change
      }
      index += 1
    }
  }

  /// v ← v · factor
  @inline(never)
  public static func scale(_ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    var index = 0
    while index + lanes <= count {
      storeVector(loadVector(values + index) * factor, values + index)
      index += lanes
    }
    while index < count {
      values[index] *= factor
      index += 1
    }
  }

  /// v ← v − v · decay · rate, in that order.
  @inline(never)
  public static func decay(_ values: UnsafeMutablePointer<Float>, by decay: Float, rate: Float, count: Int) {
    var index = 0
    while index + lanes <= count {
      let v = loadVector(values + index)
      storeVector(v - v * decay * rate, values + index)
      index += lanes
    }
    while index < count {
      values[index] -= values[index] * decay * rate
      index += 1
    }
  }

  /// One step of Adam in Keras' form: m ← m + (g − m)·(1 − β₁); v ← v + (g² − v)·(1 − β₂); w ← w − m·α / (√v + ε).
  @inline(never)
  public static func adamUpdate(
    parameters: UnsafeMutablePointer<Float>, momentum: UnsafeMutablePointer<Float>,
    velocity: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, count: Int, stepSize: Float,
    oneMinusBeta1: Float, oneMinusBeta2: Float, epsilon: Float
  ) {
    var index = 0
    while index + lanes <= count {
      let g = loadVector(gradient + index)
      var m = loadVector(momentum + index)
      var v = loadVector(velocity + index)
      m += (g - m) * oneMinusBeta1
      v += (g * g - v) * oneMinusBeta2
      let w = loadVector(parameters + index) - (m * stepSize) / (squareRoot(v) + epsilon)
      storeVector(m, momentum + index)
      storeVector(v, velocity + index)
      storeVector(w, parameters + index)
      index += lanes
    }
    while index < count {
      let g = gradient[index]
      momentum[index] += (g - momentum[index]) * oneMinusBeta1
      velocity[index] += (g * g - velocity[index]) * oneMinusBeta2
      parameters[index] -= (momentum[index] * stepSize) / (velocity[index].squareRoot() + epsilon)
      index += 1
    }
  }

  /// One step of RMSprop in Keras' form: v ← ρ·v + (1 − ρ)·g² and u = α·g / √(v + ε); centered a ← ρ·a + (1 − ρ)·g and
  /// u = α·g / √(v − a² + ε). Then w ← w − u; with momentum m ← µ·m + u and w ← w − m.
  @inline(never)
  public static func rmspropUpdate(
    parameters: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    momentum: UnsafeMutablePointer<Float>?, average: UnsafeMutablePointer<Float>?, gradient: UnsafePointer<Float>,
    count: Int, stepSize: Float, rho: Float, oneMinusRho: Float, momentumShare: Float, epsilon: Float
  ) {
    var index = 0
    while index + lanes <= count {
      let g = loadVector(gradient + index)
      let v = loadVector(velocity + index) * rho + g * g * oneMinusRho
      storeVector(v, velocity + index)
      var square = v
      if let average {
        let a = loadVector(average + index) * rho + g * oneMinusRho
        storeVector(a, average + index)
        square -= a * a
      }
      var change = (g * stepSize) / squareRoot(square + epsilon)
      if let momentum {
        change += loadVector(momentum + index) * momentumShare
        storeVector(change, momentum + index)
      }
      storeVector(loadVector(parameters + index) - change, parameters + index)
      index += lanes
    }
    while index < count {
      let g = gradient[index]
      velocity[index] = velocity[index] * rho + g * g * oneMinusRho
      var square = velocity[index]
      if let average {
        average[index] = average[index] * rho + g * oneMinusRho
        square -= average[index] * average[index]
      }
      var change = (g * stepSize) / (square + epsilon).squareRoot()
      if let momentum {
        change += momentum[index] * momentumShare
        momentum[index] = change
      }
      parameters[index] -= change
      index += 1
    }
  }
}
