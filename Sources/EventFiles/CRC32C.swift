/// The cyclic redundancy check of event files: CRC-32C (Castagnoli, RFC 3720), and its masked form.
enum CRC32C {
  /// The remainder of each byte, of the polynomial with the bits in reverse.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 0 ? rest >> 1 : rest >> 1 ^ 0x82f6_3b78 }
  }

  static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
    let table = table
    return ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  /// The checksum as TFRecord files have it: rotated and shifted, because a record may contain other records.
  ///
  /// Source: TensorFlow, core/lib/hash/crc32c.h
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let checksum = checksum(of: bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
  }
}
