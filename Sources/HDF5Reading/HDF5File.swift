import Synchronization

/// A reader for an untrusted HDF5 file in memory, without the HDF5 library.
///
/// It supports what Keras, h5py and Martlet write with default settings, and newer versions of the same structures
/// unless they require additional ones. Unsupported features are refused by name. Every address and size is checked
/// before use; nothing is allocated that the file cannot fill.
///
/// Each byte can be read eight times on average, compressed ones once; then reading throws.
///
/// Source: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (HDF5 File Format Specification 3.0).
package struct HDF5File: Sendable {
  /// The path used in error messages.
  package let path: String
  package let root: HDF5Group

  /// Whether the bytes are an HDF5 file, possibly with a user block.
  package static func isHDF5(_ bytes: [UInt8]) -> Bool { HDF5Superblock.start(of: bytes) != nil }

  /// - Parameter path: the path used in error messages.
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

/// The objects of a file and its string heaps, each parsed once.
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

  /// The objects of a global heap, by index.
  func heap(at address: Int) throws -> [Int: HDF5Cursor] {
    if let heap = heaps.withLock({ $0[address] }) { return heap }
    let heap = try HDF5GlobalHeap.objects(at: address, in: storage)
    heaps.withLock { $0[address] = heap }
    return heap
  }
}

/// The location of an object, for error messages.
struct HDF5Place {
  let file: String
  let object: String

  /// Runs `body`, adding the location to its problems.
  ///
  /// - Throws: `HDF5Error`.
  func locating<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let problem as HDF5Error.Problem {
      throw HDF5Error(file: file, object: object, problem: problem)
    }
  }
}
