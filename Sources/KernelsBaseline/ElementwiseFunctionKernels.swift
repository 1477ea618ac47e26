import CVector

extension VectorKernels {
  /// outputs = f(inputs), also in place.
  @inline(never)
  public static func elementwiseForward(
    _ function: ElementwiseFunction, _ inputs: UnsafePointer<Float>, outputs: UnsafeMutablePointer<Float>, count: Int
  ) {
    func map(_ transform: (Vector) -> Vector) { apply(inputs, outputs, count: count, transform) }
    switch function.kind {
    case .positivePart: map(relu)
    case .sigmoid: map(sigmoid)
    case .tanh: map(tanh)
    case .elu:
      let (negative, positive) = (
        Vector(repeating: function.first * function.second), Vector(repeating: function.second)
      )
      map { whereGreater($0, Vector(), positive * $0, negative * exponentialMinusOne($0)) }
    case .relu:
      let (slope, largest) = (Vector(repeating: function.first), Vector(repeating: function.second))
      let threshold = Vector(repeating: function.third)
      map { whereGreater($0, threshold, smaller($0, largest), slope * ($0 - threshold)) }
    case .exponential: map(exp)
    case .hardSigmoid: map(hardSigmoid)
    case .gelu: map { $0 * normalDistribution($0).probability }
    case .geluApproximate: map { $0 * sigmoid(GeluApproximation.argument($0)) }
    case .silu: map { $0 * sigmoid($0) }
    case .softplus: map { softplus($0) }
    case .softsign: map { $0 / (1 + magnitude($0)) }
    case .hardSilu: map { $0 * hardSigmoid($0) }
    // `.mish`. The trap for values without a case would need the enumeration's metadata, which is shared code.
    default: map { $0 * tanhOfSoftplus($0) }
    }
  }

  /// inputGradients = outputGradients · f′, also in place.
  ///
  /// - Parameter values: the outputs of `positivePart`, `sigmoid`, `tanh`, `elu`, `relu`, `exponential` and
  ///   `hardSigmoid`, the inputs of all others.
  @inline(never)
  public static func elementwiseBackward(
    _ function: ElementwiseFunction, _ values: UnsafePointer<Float>, outputGradients: UnsafePointer<Float>,
    inputGradients: UnsafeMutablePointer<Float>, count: Int
  ) {
    func map(_ derivative: (Vector) -> Vector) {
      apply(values, outputGradients, inputGradients, count: count) { $1 * derivative($0) }
    }
    let (zero, one) = (Vector(), Vector(repeating: 1))
    switch function.kind {
    case .positivePart: apply(values, outputGradients, inputGradients, count: count, wherePositive)
    case .sigmoid: map { $0 * (1 - $0) }
    case .tanh: map { 1 - $0 * $0 }
    case .elu:
      let (negative, positive) = (
        Vector(repeating: function.first * function.second), Vector(repeating: function.second)
      )
      map { whereGreater($0, zero, positive, $0 + negative) }
    case .relu:
      let (slope, largest) = (Vector(repeating: function.first), Vector(repeating: function.second))
      map { whereGreater($0, zero, whereGreater(largest, $0, one, zero), slope) }
    case .exponential: map { $0 }
    case .hardSigmoid:
      let sixth = Vector(repeating: 1 / 6)
      map { whereGreater($0, zero, whereGreater(one, $0, sixth, zero), zero) }
    case .gelu:
      map { x in
        let normal = normalDistribution(x)
        return multiplyAdd(x, normal.density, normal.probability)
      }
    case .geluApproximate:
      map { x in
        let s = sigmoid(GeluApproximation.argument(x))
        return s + x * (s * (1 - s)) * GeluApproximation.derivative(x)
      }
    case .silu:
      map { x in
        let s = sigmoid(x)
        return s * (1 + x * (1 - s))
      }
    case .softplus: map(sigmoid)
    case .softsign:
      map { x in
        let rest = 1 / (1 + magnitude(x))
        return rest * rest
      }
    case .hardSilu:
      let bound = Vector(repeating: 3)
      map { x in
        let inside = multiplyAdd(x, Vector(repeating: 1 / 3), Vector(repeating: 0.5))
        return whereGreater(x, bound, one, whereGreater(-bound, x, zero, inside))
      }
    // `.mish`, as in `elementwiseForward`.
    default:
      map { x in
        let t = tanhOfSoftplus(x)
        return t + x * sigmoid(x) * (1 - t) * (1 + t)
      }
    }
  }

  @inline(__always)
  private static func apply(
    _ values: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, count: Int, _ transform: (Vector) -> Vector
  ) {
    var index = 0
    while index + lanes <= count {
      storeVector(transform(loadVector(values + index)), results + index)
      index += lanes
    }
    let rest = count - index
    if rest > 0 { storeFirst(rest, transform(loadFirst(rest, values + index)), results + index) }
  }

  @inline(__always)
  private static func apply(
    _ values: UnsafePointer<Float>, _ others: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, count: Int,
    _ transform: (_ value: Vector, _ other: Vector) -> Vector
  ) {
    var index = 0
    while index + lanes <= count {
      storeVector(transform(loadVector(values + index), loadVector(others + index)), results + index)
      index += lanes
    }
    let rest = count - index
    if rest > 0 {
      storeFirst(rest, transform(loadFirst(rest, values + index), loadFirst(rest, others + index)), results + index)
    }
  }
}

// MARK: - Functions of vectors; NaN stays NaN

@_transparent private func magnitude(_ a: Vector) -> Vector { whereGreater(Vector(), a, -a, a) }

/// The smaller one; a if it is NaN.
@_transparent private func smaller(_ a: Vector, _ b: Vector) -> Vector { whereGreater(a, b, b, a) }

/// exp(x) − 1 for x ≤ 0, accurate near 0: with t = tanh(x / 2), it is 2t / (1 − t).
@_transparent private func exponentialMinusOne(_ x: Vector) -> Vector {
  let t = tanh(x * 0.5)
  return (t + t) / (1 - t)
}

@_transparent private func hardSigmoid(_ x: Vector) -> Vector {
  let value = multiplyAdd(x, Vector(repeating: 1 / 6), Vector(repeating: 0.5))
  return smaller(whereGreater(Vector(), value, Vector(), value), Vector(repeating: 1))
}

/// max(x, 0) + log(1 + exp(−|x|)).
///
/// log(1 + u) = 2·artanh(s) with s = u / (2 + u) ≤ ⅓, as 2·(s + s³/3 + s⁵/5 + …) up to s¹⁵, whose remainder is below 2⁻²⁶.
@_transparent private func softplus(_ x: Vector) -> Vector {
  let u = exp(-magnitude(x))
  let s = u / (2 + u)
  let z = s * s
  var series = Vector(repeating: 1 / 15)
  series = multiplyAdd(series, z, Vector(repeating: 1 / 13))
  series = multiplyAdd(series, z, Vector(repeating: 1 / 11))
  series = multiplyAdd(series, z, Vector(repeating: 1 / 9))
  series = multiplyAdd(series, z, Vector(repeating: 1 / 7))
  series = multiplyAdd(series, z, Vector(repeating: 1 / 5))
  series = multiplyAdd(series, z, Vector(repeating: 1 / 3))
  series = multiplyAdd(series * z, s, s)
  return relu(x) + (series + series)
}

/// tanh(log(1 + exp(x))), without a logarithm: n / (n + 2) with n = u·(u + 2) and u = exp(x) for x ≤ 0, and the same with
/// numerator and denominator divided by u² for x > 0.
@_transparent private func tanhOfSoftplus(_ x: Vector) -> Vector {
  let u = exp(-magnitude(x))
  let below = u * (u + 2)
  let above = 1 + (u + u)
  return whereGreater(x, Vector(), above / multiplyAdd(2 * u, u, above), below / (below + 2))
}

/// Φ(x), the distribution of standard normal numbers, and φ(x), its density.
///
/// Φ(−a) = exp(−a² / 2) · t · p(t) with t = 1 / (1 + a / 4), where p is a polynomial fitted for the smallest relative error:
/// 4·10⁻⁸ of exact arithmetic. Φ(a) = 1 − Φ(−a).
@_transparent private func normalDistribution(_ x: Vector) -> (probability: Vector, density: Vector) {
  let size = magnitude(x)
  let bell = exp(size * size * -0.5)
  let t = 1 / multiplyAdd(size, Vector(repeating: 0.25), Vector(repeating: 1))
  var p = Vector(repeating: 0.0197823140769)
  p = multiplyAdd(p, t, Vector(repeating: -0.0808786451817))
  p = multiplyAdd(p, t, Vector(repeating: 0.0955995172262))
  p = multiplyAdd(p, t, Vector(repeating: -0.0317199341953))
  p = multiplyAdd(p, t, Vector(repeating: 0.0637005195022))
  p = multiplyAdd(p, t, Vector(repeating: 0.0589746572077))
  p = multiplyAdd(p, t, Vector(repeating: 0.0816032066941))
  p = multiplyAdd(p, t, Vector(repeating: 0.0934663414955))
  p = multiplyAdd(p, t, Vector(repeating: 0.0997364297509))
  p = multiplyAdd(p, t, Vector(repeating: 0.0997355654836))
  let tail = bell * (t * p)
  return (whereGreater(Vector(), x, tail, 1 - tail), bell * 0.3989422804)
}

/// The approximation of GELU's Φ(x) by a sigmoid: ½·(1 + tanh z) = σ(2z) with z = √(2/π)·(x + 0.044715·x³).
///
/// Source: D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units", 2016.
private enum GeluApproximation {
  /// 2z = x · (linear + cubic · x²)
  @_transparent static func argument(_ x: Vector) -> Vector {
    x * multiplyAdd(x * x, Vector(repeating: 0.0713548162726), Vector(repeating: 1.59576912161))
  }

  /// The derivative of 2z.
  @_transparent static func derivative(_ x: Vector) -> Vector {
    multiplyAdd(x * x, Vector(repeating: 0.214064448818), Vector(repeating: 1.59576912161))
  }
}
