import DurableFiles

/// The checksum of HDF5's metadata: the 32-bit hash lookup3 ("hashlittle") of Bob Jenkins, starting from 0.
///
/// Source: HDF5 File Format Specification 3.0, I.A, "Changes for HDF5 1.10 and Later", and
/// https://burtleburtle.net/bob/c/lookup3.c (public domain).
enum HDF5Checksum {
  /// The size of a stored checksum in bytes.
  static let size = 4

  /// The checksum of some bytes of a file.
  static func lookup3(_ bytes: FileBytes, _ range: Range<Int>) -> UInt32 {
    bytes.withUnsafeBytes(range) { lookup3($0) }
  }

  static func lookup3(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let start = 0xdead_beef &+ UInt32(truncatingIfNeeded: bytes.count)
    var (a, b, c) = (start, start, start)
    var position = 0
    func word(_ offset: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + offset, as: UInt32.self))
    }
    // The last 1 to 12 bytes are mixed differently.
    while bytes.count - position > 12 {
      (a, b, c) = (a &+ word(0), b &+ word(4), c &+ word(8))
      mix(&a, &b, &c)
      position += 12
    }
    guard position < bytes.count else { return c }
    var last: [UInt32] = [0, 0, 0]
    for index in position..<bytes.count {
      let offset = index - position
      last[offset / 4] |= UInt32(bytes[index]) << UInt32(offset % 4 * 8)
    }
    (a, b, c) = (a &+ last[0], b &+ last[1], c &+ last[2])
    finish(&a, &b, &c)
    return c
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }

  private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
    func step(_ x: inout UInt32, _ y: UInt32, _ z: inout UInt32, _ count: UInt32) {
      x = (x &- z) ^ rotated(z, count)
      z = z &+ y
    }
    step(&a, b, &c, 4)
    step(&b, c, &a, 6)
    step(&c, a, &b, 8)
    step(&a, b, &c, 16)
    step(&b, c, &a, 19)
    step(&c, a, &b, 4)
  }

  private static func finish(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
    func step(_ x: inout UInt32, _ y: UInt32, _ count: UInt32) { x = (x ^ y) &- rotated(y, count) }
    step(&c, b, 14)
    step(&a, c, 11)
    step(&b, a, 25)
    step(&c, b, 16)
    step(&a, c, 4)
    step(&b, a, 14)
    step(&c, b, 24)
  }
}
