/// The places of a file where texts of any length lie: collections of numbered objects.
///
/// The library believes the sizes in them, and reads beyond its memory or runs in circles when they are wrong (libFuzzer
/// found both within a minute): they are checked before it sees the file.
///
/// Source: HDF5 File Format Specification 3.0, III.E, "Global Heap".
enum HDF5GlobalHeap {
  /// The signature, version 1, three reserved bytes: by chance it would stand in one file of 10^20.
  private static let signature: [UInt8] = Array("GCOL".utf8) + [1, 0, 0, 0]
  /// Of the collection and of each object in it.
  private static let headerSize = 16
  /// Collections and objects start at multiples of it.
  private static let alignment = 8

  /// - Throws: `HDF5Error.Problem.unexpected` if the objects of a collection do not fit in it.
  static func check(_ image: [UInt8], path: String) throws {
    try image.withUnsafeBytes { bytes in
      let start = signature.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      for offset in stride(from: 0, through: bytes.count - headerSize, by: alignment)
      where bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == start {
        guard isWhole(bytes, from: offset) else {
          throw HDF5Error(
            file: path, object: "/",
            problem: .unexpected(expected: "texts that lie within the file", found: "sizes that are wrong"))
        }
      }
    }
  }

  /// Whether every object of a collection lies in it.
  private static func isWhole(_ bytes: UnsafeRawBufferPointer, from offset: Int) -> Bool {
    func size(at offset: Int) -> Int { Int(clamping: number(bytes, at: offset)) }
    let end = size(at: offset + 8)
    guard end >= headerSize, end <= bytes.count - offset else { return false }
    var position = headerSize
    while position + headerSize <= end {
      let index = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + position, as: UInt16.self))
      let count = size(at: offset + position + 8)
      guard count <= end else { return false }
      // Object 0 is the free space, whose size includes its header.
      let step = index == 0 ? count : headerSize + (count + alignment - 1) / alignment * alignment
      guard step >= headerSize, position + step <= end else { return false }
      position += step
    }
    return true
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
