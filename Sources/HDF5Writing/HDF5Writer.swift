import CHDF5
import Synchronization

/// A writer of an HDF5 file in memory; `image` returns its bytes. The file is closed when its last group is
/// deallocated.
///
/// The disk is not touched, so that disk errors cannot occur midway.
package final class HDF5Writer: @unchecked Sendable {
  // Sendable: the handle is constant, and only used within `HDF5Library.call`.
  package let path: String
  private let handle: hid_t

  /// A counter for unique names: the library treats in-memory files with the same name as the same file.
  private static let count = Atomic<Int>(0)

  /// - Parameters:
  ///   - path: the path used in error messages.
  ///   - userBlockSize: the size of the user block at the start: 0, or a power of two from 512 on.
  /// - Throws: `HDF5WritingError`.
  package init(path: String, userBlockSize: Int = 0) throws {
    self.path = path
    // The library rejects the name of a file on disk: this name cannot exist on disk.
    let name = "/dev/null/memory-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    handle = try HDF5Library.call {
      let place = HDF5Place(file: path, object: "/")
      return try place.with(H5Pcreate(martlet_hdf5_file_access()), close: H5Pclose, "create the file") { access in
        _ = try place.check(H5Pset_fapl_core(access, 1 << 20, false), "create the file")
        // The oldest format of everything is what all versions of Keras read, and Martlet too.
        _ = try place.check(
          H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, martlet_hdf5_latest_version()), "create the file")
        return try place.with(H5Pcreate(martlet_hdf5_file_creation()), close: H5Pclose, "create the file") {
          _ = try place.check(H5Pset_userblock($0, hsize_t(userBlockSize)), "reserve the user block")
          return try place.check(H5Fcreate(name, martlet_hdf5_truncate(), $0, access), "create the file")
        }
      }
    }
  }

  deinit {
    HDF5Library.call {
      _ = H5Fclose(handle)
      // The library caches allocations for files of the same sizes; Martlet's files grow with the history.
      _ = H5garbage_collect()
    }
  }

  /// The bytes of the file in its current state, without the preceding user block.
  package func image() throws -> [UInt8] {
    try call("/") { handle, place in
      let size = try Self.flush(handle, place)
      var bytes = [UInt8](repeating: 0, count: size)
      _ = try place.check(
        bytes.withUnsafeMutableBytes { H5Fget_file_image(handle, $0.baseAddress, size) }, "copy the file")
      return bytes
    }
  }

  /// The number of bytes of the file in its current state without the preceding user block, and the library's memory of
  /// it, which includes that. It is valid until the file changes.
  func memory() throws -> (start: UnsafeMutableRawPointer, count: Int) {
    let (start, count) = try call("/") { handle, place in
      let count = try Self.flush(handle, place)
      var memory: UnsafeMutableRawPointer?
      let status = H5Fget_vfd_handle(handle, martlet_hdf5_default_properties(), &memory)
      _ = try place.check(status, "find the file's memory")
      // The memory driver has the address of its pointer for a handle.
      return (memory?.load(as: UInt.self) ?? 0, count)
    }
    guard let start = UnsafeMutableRawPointer(bitPattern: start) else {
      throw HDF5WritingError(file: path, object: "/", operation: "find the file's memory", reason: "it has none")
    }
    return (start, count)
  }

  /// Completes the file in memory.
  ///
  /// - Returns: the number of its bytes without the preceding user block.
  private static func flush(_ handle: hid_t, _ place: HDF5Place) throws -> Int {
    _ = try place.check(H5Fflush(handle, H5F_SCOPE_GLOBAL), "write the file")
    return try place.check(H5Fget_file_image(handle, nil, 0), "measure the file")
  }

  package var root: HDF5GroupWriter { HDF5GroupWriter(file: self, path: "/") }

  /// Calls `body` with the file's handle.
  func call<Result>(_ object: String, _ body: (hid_t, HDF5Place) throws -> sending Result) throws -> sending Result {
    try HDF5Library.call {
      let place = HDF5Place(file: path, object: object)
      return try body(handle, place)
    }
  }
}
