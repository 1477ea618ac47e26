/// The type of a file by its first bytes: for messages about an unexpected file.
package struct FileKind: Equatable, Sendable, CustomStringConvertible {
  /// The type with its article: `a zip archive`.
  package let description: String
  /// Advice for the user; nil for none.
  package let advice: String?

  /// Whether it is text of no known format, or JSON: a file that a user may have written.
  package let isPlainText: Bool

  /// The number of bytes that `init` inspects.
  package static let prefixCount = 512

  private init(_ description: String, advice: String? = nil, isPlainText: Bool = false) {
    self.description = description
    self.advice = advice
    self.isPlainText = isPlainText
  }

  /// - Parameter start: the first `prefixCount` bytes of the file, or all of a shorter one.
  /// - Returns: nil for binary data of no known format.
  package init?(startingWith start: some Collection<UInt8>) {
    let bytes = Array(start.prefix(Self.prefixCount))
    guard
      let kind = Self.tarArchive(bytes) ?? Self.zipArchive(bytes) ?? Self.pickle(bytes)
        ?? Self.signatures.first(where: { bytes.starts(with: $0.bytes) })?.kind ?? Self.zeros(bytes)
        ?? Self.text(bytes)
    else { return nil }
    self = kind
  }

  // MARK: - Formats with a signature

  private static let unpack = "unpack it first"

  private static let signatures: [(bytes: [UInt8], kind: FileKind)] = [
    ([0x1f, 0x8b], FileKind("a gzip file", advice: unpack)),
    ([0x1f, 0x9d], FileKind("a compress file (.Z)", advice: unpack)),
    (Array("BZh".utf8), FileKind("a bzip2 file", advice: unpack)),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], FileKind("an xz file", advice: unpack)),
    ([0x28, 0xb5, 0x2f, 0xfd], FileKind("a Zstandard file", advice: unpack)),
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], FileKind("a 7-Zip archive", advice: unpack)),
    (Array("Rar!".utf8), FileKind("a RAR archive", advice: unpack)),
    ([0x93] + Array("NUMPY".utf8), FileKind("a NumPy array (.npy)")),
    (Array("MARTLET CHECKPOINT".utf8), FileKind("a Martlet checkpoint")),
    ([0x89] + Array("HDF\r\n".utf8), FileKind("an HDF5 file")),
    (Array("CDF".utf8), FileKind("a NetCDF file")),
    (Array("MATLAB 5.0".utf8), FileKind("a MATLAB file")),
    (Array("PAR1".utf8), FileKind("a Parquet file")),
    (Array("ARROW1".utf8), FileKind("an Arrow file")),
    (Array("SQLite format 3".utf8), FileKind("an SQLite database")),
    ([0x89] + Array("PNG".utf8), FileKind("a PNG picture")),
    ([0xff, 0xd8, 0xff], FileKind("a JPEG picture")),
    (Array("GIF8".utf8), FileKind("a GIF picture")),
    (Array("II*\0".utf8), FileKind("a TIFF picture")),
    (Array("MM\0*".utf8), FileKind("a TIFF picture")),
    (Array("%PDF".utf8), FileKind("a PDF document")),
    ([0x7f] + Array("ELF".utf8), FileKind("an executable")),
    ([0xff, 0xfe], FileKind("a UTF-16 text file", advice: "save it as UTF-8")),
    ([0xfe, 0xff], FileKind("a UTF-16 text file", advice: "save it as UTF-8")),
  ]

  private static func tarArchive(_ bytes: [UInt8]) -> FileKind? {
    bytes.dropFirst(257).starts(with: "ustar".utf8) ? FileKind("a tar archive", advice: unpack) : nil
  }

  /// The type of a zip archive by the name of its first member.
  private static func zipArchive(_ bytes: [UInt8]) -> FileKind? {
    guard bytes.starts(with: [0x50, 0x4b]), bytes.count > 4, [3, 5, 7].contains(bytes[2]) else { return nil }
    let count = bytes.count > 30 ? Int(bytes[26]) | Int(bytes[27]) << 8 : 0
    let name = String(decoding: bytes.dropFirst(30).prefix(count), as: UTF8.self)
    if name.hasSuffix(".npy") { return FileKind("a NumPy archive (.npz)") }
    let keras = ["metadata.json", "config.json", "model.weights.h5"]
    if keras.contains(name) { return FileKind("a Keras model (.keras)") }
    if name.hasSuffix("/data.pkl") { return FileKind("a PyTorch file (.pt)") }
    return FileKind("a zip archive", advice: unpack)
  }

  /// A Python pickle of protocol 2 to 5; older ones are text.
  private static func pickle(_ bytes: [UInt8]) -> FileKind? {
    guard bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) else { return nil }
    return FileKind("a Python pickle", advice: "convert it with Python")
  }

  private static func zeros(_ bytes: [UInt8]) -> FileKind? {
    bytes.count >= 16 && bytes.allSatisfy { $0 == 0 }
      ? FileKind("zero bytes, at least at its start", advice: "it was not completely written or downloaded") : nil
  }

  // MARK: - Text

  private static func text(_ bytes: [UInt8]) -> FileKind? {
    guard let text = Self.printable(bytes) else { return nil }
    let start = text.drop { $0.isWhitespace || $0 == "\u{feff}" }.lowercased()
    if ["<!doctype html", "<html", "<head", "<body"].contains(where: start.hasPrefix) {
      return FileKind(
        "a web page (HTML)", advice: "a server that refuses a download often answers with one: download the file again")
    }
    if start.hasPrefix("<?xml") || start.hasPrefix("<error") {
      return FileKind("an XML document", advice: "a server that refuses a download often answers with one")
    }
    if start.hasPrefix("version https://git-lfs") {
      return FileKind("a Git LFS pointer, not the file itself", advice: "run 'git lfs pull' to download it")
    }
    if start.hasPrefix("{") { return FileKind("a JSON file", isPlainText: true) }
    let line = text.drop { $0.isWhitespace }.prefix { !$0.isNewline }.prefix(30)
    return line.isEmpty ? nil : FileKind("a text file that starts with '\(line)'", isPlainText: true)
  }

  /// The bytes as text, if they are UTF-8; a character truncated at the end is dropped.
  private static func printable(_ bytes: [UInt8]) -> String? {
    let whole = (0..<4).lazy.map { bytes.dropLast($0) }.compactMap { String(validating: $0, as: UTF8.self) }.first
    guard let whole, whole.unicodeScalars.count >= 4 else { return nil }
    let isText = whole.unicodeScalars.allSatisfy { scalar in
      scalar.properties.generalCategory != .control || "\t\n\r\u{c}".unicodeScalars.contains(scalar)
    }
    return isText ? whole : nil
  }
}
