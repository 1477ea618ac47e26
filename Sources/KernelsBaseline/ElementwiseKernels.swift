import CVector

extension VectorKernels {
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
