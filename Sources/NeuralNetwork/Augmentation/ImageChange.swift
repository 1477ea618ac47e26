/// A map of the values of an image, piecewise affine.
protocol ImageChange {
  /// Whether the gradient depends on the values of the image; false by default.
  static var readsInput: Bool { get }
  /// The scratch floats needed for one image.
  static func scratchCount(_ image: ImagePlanes) -> Int

  /// Computes the changed image `y` of `x`.
  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>)

  /// Computes the gradient `dx` of the image `x` from that of the changed image: the transposed map.
  ///
  /// - Parameter x: the image; undefined unless `readsInput`.
  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>)
}

extension ImageChange {
  static var readsInput: Bool { false }
}
