/// Makes PNG files of changed bytes readable again.
enum PNGFixture {
  /// The bytes with the signature and the right checksum for every chunk that is whole.
  static func withChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var fixed = bytes
    let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    guard fixed.count > signature.count else { return fixed }
    fixed.replaceSubrange(0..<signature.count, with: signature)
    var offset = signature.count
    while offset + 12 <= fixed.count {
      let count = fixed[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = offset + 8 + count
      guard end + 4 <= fixed.count else { break }
      let checksum = crc(fixed[offset + 4..<end])
      for byte in 0..<4 { fixed[end + byte] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * UInt32(byte))) }
      offset = end + 4
    }
    return fixed
  }

  /// CRC-32 as in PNG, ISO/IEC 15948, annex D.
  private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xff)] ^ sum >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
  }
}
