import CZlib

/// The chunks of a PNG file, one after the other.
struct PNGChunks {
  struct Chunk {
    let type: String
    let content: ArraySlice<UInt8>
    /// The stored checksum, and the bytes it is of: type and content.
    let checksum: UInt32
    let checked: ArraySlice<UInt8>

    /// Whether a decoder that does not know the type must refuse the file.
    var isCritical: Bool { type.first?.isUppercase ?? true }

    func check() throws(ImageError) {
      let computed = checked.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) }
      guard computed == uLong(checksum) else { throw .corrupt(.png, "the checksum of its chunk \(type) is wrong") }
    }
  }

  private let bytes: [UInt8]
  private var offset = PNGFile.signature.count

  /// - Parameter bytes: start with the signature.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() throws(ImageError) -> Chunk {
    guard offset + 8 <= bytes.count else { throw .truncated(.png, "before its last chunk") }
    let count = number(at: offset)
    let letters = bytes[offset + 4..<offset + 8]
    guard letters.allSatisfy({ (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }), count < 1 << 31 else {
      throw .corrupt(.png, "there is no chunk at byte \(offset)")
    }
    let type = String(decoding: letters, as: UTF8.self)
    let end = offset + 8 + count
    guard end + 4 <= bytes.count else { throw .truncated(.png, "within its chunk \(type)") }
    let chunk = Chunk(
      type: type, content: bytes[offset + 8..<end], checksum: UInt32(number(at: end)), checked: bytes[offset + 4..<end])
    offset = end + 4
    return chunk
  }

  private func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
}
