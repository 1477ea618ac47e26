/// What pixels (0 to 255) are divided by before they come to a model, as files say it: `255`.
package enum PixelScale {
  /// The name in HDF5 attributes, in JSON and among the metadata of ONNX, safetensors and zip archives. Other programs pass
  /// over it.
  package static let key = "martlet_scale"

  package static func text(_ scale: Float) -> String {
    let text = "\(scale)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// Nil for a text that says no scale.
  package static func value(_ text: String) -> Float? {
    Float(text).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
  }
}
