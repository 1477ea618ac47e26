import DurableFiles
import Synchronization

/// The bytes of a file, with a budget of bytes that may still be read.
///
/// All reads go through `region`, which checks the bounds. A file with repeated or circular references exhausts the
/// budget: a bound on time and memory that no structure in it can evade.
final class HDF5Storage: Sendable {
  /// How often each byte may be read, on average. Most bytes are read once.
  static let readings = 8

  let bytes: FileBytes
  /// The base of the file's addresses: its superblock.
  let base: Int
  /// The end of the file's data.
  let end: Int
  /// Whether the checksums of metadata are verified: tests change bytes at random, also in what has a checksum.
  private let verifiesChecksums: Bool
  private let allowance: Atomic<Int>

  /// - Parameter base, end: within `bytes`.
  init(_ bytes: FileBytes, base: Int, end: Int, verifiesChecksums: Bool = true) {
    self.bytes = bytes
    self.base = base
    self.end = end
    self.verifiesChecksums = verifiesChecksums
    let (readings, overflow) = bytes.count.multipliedReportingOverflow(by: Self.readings)
    allowance = Atomic(overflow ? .max : readings + 1 << 16)
  }

  /// `count` bytes at an address.
  ///
  /// - Throws: `HDF5Error.Problem` if they are not within the file, or the budget is exhausted.
  func region(at address: Int, count: Int) throws -> HDF5Cursor {
    let range = try range(at: address, count: count)
    try spend(count)
    return HDF5Cursor(bytes, range)
  }

  /// A block of metadata, which has a signature at its start and is followed by its checksum.
  ///
  /// - Parameters:
  ///   - count: the size of the block without the checksum.
  ///   - what: the block, for messages.
  /// - Returns: the block, from the end of the signature.
  /// - Throws: `HDF5Error.Problem` if it is not there, or corrupt.
  func block(_ signature: String, at address: Int, count: Int, _ what: String) throws -> HDF5Cursor {
    var block = try region(at: address, count: count)
    try block.expect(signature, what)
    try verify(address, count, what)
    return block
  }

  /// Metadata that is followed by its checksum.
  func verified(at address: Int, count: Int, _ what: String) throws -> HDF5Cursor {
    let bytes = try region(at: address, count: count)
    try verify(address, count, what)
    return bytes
  }

  /// - Parameter address, count: of a region.
  private func verify(_ address: Int, _ count: Int, _ what: String) throws {
    var checksum = try region(at: address + count, count: HDF5Checksum.size)
    let (stored, range) = (try checksum.uint32(), try range(at: address, count: count))
    guard !verifiesChecksums || stored == HDF5Checksum.lookup3(bytes, range) else {
      throw HDF5Error.Problem.malformed(reason: "checksum mismatch in \(what)")
    }
  }

  /// The range in the file of `count` bytes at an address, without reading them.
  ///
  /// - Throws: `HDF5Error.Problem` if they are not within the file.
  func range(at address: Int, count: Int) throws -> Range<Int> {
    guard address >= 0, count >= 0, address <= end - base, count <= end - base - address else { throw Self.beyondEnd }
    return base + address..<base + address + count
  }

  static var beyondEnd: HDF5Error.Problem { .malformed(reason: "an address is beyond the end of the file") }

  /// The address of one of some structures of equal size that follow each other.
  ///
  /// - Throws: `HDF5Error.Problem` if it is beyond any file.
  static func address(_ start: Int, _ index: Int, of size: Int) throws -> Int {
    let (distance, isTooFar) = index.multipliedReportingOverflow(by: size)
    let (address, isBeyond) = start.addingReportingOverflow(distance)
    guard !isTooFar, !isBeyond else { throw beyondEnd }
    return address
  }

  /// Deducts bytes from the budget.
  func spend(_ count: Int) throws {
    guard allowance.subtract(count, ordering: .relaxed).newValue >= 0 else {
      throw HDF5Error.Problem.malformed(reason: "its structures are circular or overlap")
    }
  }
}
