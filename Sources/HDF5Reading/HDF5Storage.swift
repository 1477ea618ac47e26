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
  private let allowance: Atomic<Int>

  /// - Parameter base, end: within `bytes`.
  init(_ bytes: FileBytes, base: Int, end: Int) {
    self.bytes = bytes
    self.base = base
    self.end = end
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

  /// The range in the file of `count` bytes at an address, without reading them.
  ///
  /// - Throws: `HDF5Error.Problem` if they are not within the file.
  func range(at address: Int, count: Int) throws -> Range<Int> {
    guard address >= 0, count >= 0, address <= end - base, count <= end - base - address else {
      throw HDF5Error.Problem.malformed(reason: "an address is beyond the end of the file")
    }
    return base + address..<base + address + count
  }

  /// Deducts bytes from the budget.
  func spend(_ count: Int) throws {
    guard allowance.subtract(count, ordering: .relaxed).newValue >= 0 else {
      throw HDF5Error.Problem.malformed(reason: "its structures are circular or overlap")
    }
  }
}
