/// A finished HDF5 file in the memory in which the library built it: a copy would be as large as the file.
package final class HDF5Image: @unchecked Sendable {
  // Sendable: nothing changes after the initializer.
  private let file: HDF5Writer
  private let bytes: UnsafeRawBufferPointer

  /// - Parameters:
  ///   - file: nothing may be written to it any more.
  ///   - userBlockSize: that with which it was created.
  ///   - userBlock: the content of the user block, as a function of all bytes after it.
  /// - Throws: `HDF5WritingError`.
  package init(
    of file: HDF5Writer, userBlockSize: Int, userBlock: (_ content: UnsafeRawBufferPointer) -> [UInt8]
  ) throws {
    let (start, count) = try file.memory()
    // As the library does in copies: clear the superblock's consistency flags, which say that the file is open.
    let superblock = start + userBlockSize
    let isOld = superblock.load(fromByteOffset: 8, as: UInt8.self) < 2
    for offset in isOld ? 20..<24 : 11..<12 { superblock.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self) }
    let block = userBlock(UnsafeRawBufferPointer(start: start + userBlockSize, count: count))
    precondition(block.count == userBlockSize, "the user block has \(block.count) bytes, not \(userBlockSize)")
    start.copyMemory(from: block, byteCount: block.count)
    self.file = file
    bytes = UnsafeRawBufferPointer(start: start, count: userBlockSize + count)
  }

  /// The number of bytes of the file.
  package var count: Int { bytes.count }

  /// Calls `body` with the bytes of the file.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(file) { try body(bytes) }
  }
}
