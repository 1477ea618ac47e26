/// The divisor of pixels (0 to 255) before they are passed to a model, as stored in files: `255`.
package enum PixelScale {
  /// The key in HDF5 attributes, in JSON and in the metadata of ONNX, safetensors and zip archives. Other programs
  /// ignore it.
  package static let key = "martlet_scale"

  package static func text(_ scale: Float) -> String {
    let text = "\(scale)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Nil for a string that is not a scale.
  package static func value(_ text: String) -> Float? {
    Float(text).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
  }
}
