import CHDF5
import Synchronization

/// An HDF5 file that is made in memory; `image` gives its bytes. It goes when the last of its groups is gone.
///
/// The disk is not touched, so that nothing of it can fail halfway.
package final class HDF5Writer: @unchecked Sendable {
  // Sendable: the handle never changes, and every use of it stands within `HDF5Library.call`.
  package let path: String
  private let handle: hid_t

  /// The library takes two files in memory with one name for the same file: each gets a name of its own.
  private static let count = Atomic<Int>(0)

  /// - Parameters:
  ///   - path: what messages call it.
  ///   - userBlockSize: bytes at the start that HDF5 leaves to others: 0, or a power of two from 512 on.
  /// - Throws: `HDF5WritingError`.
  package init(path: String, userBlockSize: Int = 0) throws {
    self.path = path
    // The library refuses the name of a file on the disk: this one cannot be on any.
    let name = "/dev/null/memory-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    handle = try HDF5Library.call {
      let place = HDF5Place(file: path, object: "/")
      return try place.with(H5Pcreate(martlet_hdf5_file_access()), close: H5Pclose, "create the file") { access in
        _ = try place.check(H5Pset_fapl_core(access, 1 << 20, false), "create the file")
        // The oldest form of everything is what all versions of Keras read, and we too.
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
      // The library keeps what it allocated for the next file of the same sizes; ours grow with the run's history.
      _ = H5garbage_collect()
    }
  }

  /// All bytes of the file as it stands, without the user block, which belongs in front of them.
  ///
  /// - Parameter count: zeros to put there, which the user block may replace.
  package func image(behind count: Int = 0) throws -> [UInt8] {
    try call("/") { handle, place in
      _ = try place.check(H5Fflush(handle, H5F_SCOPE_GLOBAL), "write the file")
      let size = try place.check(H5Fget_file_image(handle, nil, 0), "measure the file")
      var bytes = [UInt8](repeating: 0, count: count + size)
      let status = bytes.withUnsafeMutableBytes { H5Fget_file_image(handle, $0.baseAddress.map { $0 + count }, size) }
      _ = try place.check(status, "copy the file")
      return bytes
    }
  }

  package var root: HDF5GroupWriter { HDF5GroupWriter(file: self, path: "/") }

  /// Makes calls with the file's handle.
  func call<Result>(_ object: String, _ body: (hid_t, HDF5Place) throws -> sending Result) throws -> sending Result {
    try HDF5Library.call {
      let place = HDF5Place(file: path, object: object)
      return try body(handle, place)
    }
  }
}
