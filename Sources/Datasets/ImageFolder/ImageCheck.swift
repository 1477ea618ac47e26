import Digests
import Images

/// The check of a picture: it was decoded whole.
struct ImageCheck: Equatable, Sendable {
  let height: Int
  let width: Int
  /// The SHA-256 of the decoded pixels.
  let digest: [UInt8]

  init(_ image: DecodedImage) {
    height = image.height
    width = image.width
    var hash = SHA256()
    for size in [image.height, image.width, image.channels] {
      withUnsafeBytes(of: UInt32(size).littleEndian) { hash.update($0) }
    }
    hash.update(image.pixels)
    digest = hash.finalize()
  }

  // MARK: - Entries of an index

  var text: String { "\(height) \(width) \(digest.hexadecimal)" }

  init?(text: String) {
    let fields = text.split(separator: " ")
    guard fields.count == 3, let height = Int(fields[0]), let width = Int(fields[1]), height > 0, width > 0 else {
      return nil
    }
    let digits = fields[2].utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 2 * SampleDigests.size else { return nil }
    self.height = height
    self.width = width
    digest = (0..<SampleDigests.size).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
  }
}
