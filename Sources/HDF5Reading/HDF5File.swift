import Synchronization

/// An HDF5 file whose bytes are in memory, read without the HDF5 library and without trust.
///
/// It reads what Keras, h5py and Martlet write with their default settings, and the newer forms of the same as long as
/// they have no structures of their own. What it does not read is refused by name. Every place and every size in the
/// file is checked before it is used; nothing is allocated that the file cannot fill.
///
/// A file gives each of its bytes eight times at most, on the average, and packed ones once; then it throws.
///
/// Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (HDF5 File Format Specification 3.0).
package struct HDF5File: Sendable {
  /// What messages call it.
  package let path: String
  package let root: HDF5Group

  /// Whether the bytes are an HDF5 file, perhaps with a user block in front.
  package static func isHDF5(_ bytes: [UInt8]) -> Bool { HDF5Superblock.start(of: bytes) != nil }

  /// - Parameter path: what messages call it.
  /// - Throws: `HDF5Error`.
  package init(_ bytes: [UInt8], path: String) throws {
    self.path = path
    root = try HDF5Place(file: path, object: "/").locating {
      let superblock = try HDF5Superblock(bytes)
      let objects = HDF5Objects(HDF5Storage(bytes, base: superblock.start, end: superblock.end))
      return HDF5Group(file: path, path: "/", object: try objects[superblock.root], objects: objects)
    }
  }
}

/// The objects of a file and its heaps of texts, each understood once.
final class HDF5Objects: Sendable {
  let storage: HDF5Storage
  private let known = Mutex<[Int: HDF5Object]>([:])
  private let heaps = Mutex<[Int: [Int: HDF5Cursor]]>([:])

  init(_ storage: HDF5Storage) { self.storage = storage }

  subscript(address: Int) -> HDF5Object {
    get throws {
      if let object = known.withLock({ $0[address] }) { return object }
      let object = try HDF5Object(at: address, in: storage)
      known.withLock { $0[address] = object }
      return object
    }
  }

  /// The objects of a heap of texts, by their numbers.
  func heap(at address: Int) throws -> [Int: HDF5Cursor] {
    if let heap = heaps.withLock({ $0[address] }) { return heap }
    let heap = try HDF5GlobalHeap.objects(at: address, in: storage)
    heaps.withLock { $0[address] = heap }
    return heap
  }
}

/// An object in a file: where errors say that they happened.
struct HDF5Place {
  let file: String
  let object: String

  /// Gives problems their place.
  ///
  /// - Throws: `HDF5Error`.
  func locating<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let problem as HDF5Error.Problem {
      throw HDF5Error(file: file, object: object, problem: problem)
    }
  }
}
