/// Why the bytes of a file are not a usable image.
package struct ImageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A predicate with advice, without the file's name: "is a truncated JPEG: …".
  package let reason: String

  package init(_ reason: String) { self.reason = reason }

  package var description: String { reason }

  static func truncated(_ format: ImageFormat, _ place: String) -> ImageError {
    ImageError("is a truncated \(format): it ends \(place); copy or download it again.")
  }

  static func corrupt(_ format: ImageFormat, _ fault: String) -> ImageError {
    ImageError("is a corrupt \(format): \(fault); copy or download it again.")
  }

  static func unsupported(_ kind: String) -> ImageError {
    ImageError("is \(kind), which is not supported; save it as an 8-bit PNG or an ordinary JPEG.")
  }
}
