/// How a resized image is computed from the pixels of the original: `interpolation` of Keras.
package enum Interpolation: String, CaseIterable, Sendable {
  /// The weighted mean of the four pixels around a point, also where many pixels become one (no antialiasing).
  case bilinear
  /// The pixel at a point.
  case nearest
  /// The mean over the area that becomes one pixel.
  case area
}
