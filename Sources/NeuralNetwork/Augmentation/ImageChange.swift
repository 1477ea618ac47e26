/// An affine map of the values of an image.
protocol ImageChange {
  /// The scratch floats needed for one image.
  static func scratchCount(_ image: ImagePlanes) -> Int

  /// Computes the changed image `y` of `x`.
  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>)

  /// Computes the gradient `dx` of the image from that of the changed image: the transposed map.
  func transpose(
    _ dy: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>)
}
