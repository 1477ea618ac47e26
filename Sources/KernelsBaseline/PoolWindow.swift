/// The four convolution outputs in a 2x2 pool window, row by row, for one vector of positions.
struct PoolWindow {
  var v0, v1, v2, v3: Vector

  @_transparent init(v0: Vector, v1: Vector, v2: Vector, v3: Vector) {
    self.v0 = v0
    self.v1 = v1
    self.v2 = v2
    self.v3 = v3
  }

  @_transparent init(repeating value: Float) {
    v0 = Vector(repeating: value)
    v1 = v0
    v2 = v0
    v3 = v0
  }

  @_transparent mutating func add(_ pixels: PoolWindow, _ weight: Float) {
    let weights = Vector(repeating: weight)
    v0 = multiplyAdd(pixels.v0, weights, v0)
    v1 = multiplyAdd(pixels.v1, weights, v1)
    v2 = multiplyAdd(pixels.v2, weights, v2)
    v3 = multiplyAdd(pixels.v3, weights, v3)
  }

  /// Stores the maximum, or ReLU of it, and its index: the first, if several are equal. NaN if any is NaN.
  @_transparent func store(
    _ output: UnsafeMutablePointer<Float>, _ selected: UnsafeMutablePointer<UInt8>, _ width: Int, relu isRelu: Bool
  ) {
    var best = v0
    var choice = whereGreater(v1, best, Vector(repeating: 1), Vector())
    best = whereGreater(v1, best, v1, best)
    choice = whereGreater(v2, best, Vector(repeating: 2), choice)
    best = whereGreater(v2, best, v2, best)
    choice = whereGreater(v3, best, Vector(repeating: 3), choice)
    best = whereGreater(v3, best, v3, best)
    best = unlessNaN(best, v0, v1, v2, v3)
    if isRelu { best = relu(best) }
    if width == lanes {
      storeVector(best, output)
      storeBytes(choice, selected)
    } else {
      storeFirst(width, best, output)
      for lane in 0..<width { selected[lane] = UInt8(choice[lane]) }
    }
  }
}
