#if !MARTLET_V4
  // The block of filters for 16 registers: 8 hold sums, 4 the pixels, 1 a weight.

  /// The filters computed at a time.
  @_transparent var filterBlock: Int { 2 }

  /// The start of each filter's weights in a block; filters past the last repeat it.
  struct WeightPointers {
    let p0, p1: UnsafePointer<Float>

    @_transparent init(_ start: UnsafePointer<Float>, stride: Int, count: Int) {
      p0 = start
      p1 = start + min(1, count - 1) * stride
    }
  }

  /// The windows of a block of filters, at as many positions as a vector has lanes.
  struct FilterWindows {
    var f0, f1: PoolWindow

    @_transparent init(_ bias: UnsafePointer<Float>, count: Int) {
      f0 = PoolWindow(repeating: bias[0])
      f1 = PoolWindow(repeating: bias[min(1, count - 1)])
    }

    /// Adds the pixels at one tap, times its weight.
    @_transparent mutating func add(_ pixels: PoolWindow, _ weights: WeightPointers, _ tap: Int) {
      f0.add(pixels, weights.p0[tap])
      f1.add(pixels, weights.p1[tap])
    }

    /// Pools the first `count` filters, and stores the first `width` positions of each, `stride` values apart.
    @_transparent func store(
      _ output: UnsafeMutablePointer<Float>, _ selected: UnsafeMutablePointer<UInt8>, stride: Int, count: Int,
      width: Int
    ) {
      f0.store(output, selected, width, relu: true)
      if count > 1 { f1.store(output + 1 * stride, selected + 1 * stride, width, relu: true) }
    }
  }
#endif
