import CHDF5
import Synchronization

/// An open HDF5 file. Groups of it are values that hold on to it; it closes when the last one is gone.
public final class HDF5File: @unchecked Sendable {
  // Sendable: the handle never changes, and every use of it stands within `HDF5Library.call`.
  public let path: String
  private let handle: hid_t

  private init(path: String, handle: hid_t) {
    self.path = path
    self.handle = handle
  }

  deinit {
    HDF5Library.call {
      _ = H5Fclose(handle)
      // The library keeps what it allocated for the next file of the same sizes; ours grow with the run's history.
      _ = H5garbage_collect()
    }
  }

  /// Opens a file to read.
  ///
  /// - Throws: `HDF5Error` if it is missing, unreadable, or no HDF5 file.
  public static func open(_ path: String) throws -> HDF5File {
    try HDF5Library.call {
      let handle = H5Fopen(path, martlet_hdf5_read_only(), martlet_hdf5_default_properties())
      return HDF5File(path: path, handle: try HDF5Place(file: path, object: "/").check(handle, "open the file"))
    }
  }

  /// Opens a file whose bytes are in memory, to read.
  ///
  /// - Parameter path: what messages call it.
  /// - Throws: `HDF5Error` if the bytes are no HDF5 file.
  public static func open(image: [UInt8], path: String) throws -> HDF5File {
    try HDF5GlobalHeap.check(image, path: path)
    return try HDF5Library.call {
      let place = HDF5Place(file: path, object: "/")
      let handle = try place.withMemoryDriver { driver, name in
        // The library copies the bytes.
        let status = image.withUnsafeBytes {
          H5Pset_file_image(driver, UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count)
        }
        _ = try place.check(status, "take the file's bytes")
        return try place.check(H5Fopen(name, martlet_hdf5_read_only(), driver), "open the file")
      }
      return HDF5File(path: path, handle: handle)
    }
  }

  /// Creates a file in memory; `image` gives its bytes.
  ///
  /// The disk is not touched, so that nothing of it can fail halfway.
  ///
  /// - Parameters:
  ///   - path: what messages call it.
  ///   - userBlockSize: bytes at the start that HDF5 leaves to others: 0, or a power of two from 512 on.
  public static func createInMemory(path: String, userBlockSize: Int = 0) throws -> HDF5File {
    try HDF5Library.call {
      let place = HDF5Place(file: path, object: "/")
      let handle = try place.withMemoryDriver { driver, name in
        try place.with(H5Pcreate(martlet_hdf5_file_creation()), close: H5Pclose, "create the file") {
          _ = try place.check(H5Pset_userblock($0, hsize_t(userBlockSize)), "reserve the user block")
          return try place.check(H5Fcreate(name, martlet_hdf5_truncate(), $0, driver), "create the file")
        }
      }
      return HDF5File(path: path, handle: handle)
    }
  }

  /// All bytes of the file as it stands, without the user block, which belongs in front of them.
  ///
  /// - Parameter count: zeros to put there, which the user block may replace.
  public func image(behind count: Int = 0) throws -> [UInt8] {
    try call("/") { handle, place in
      _ = try place.check(H5Fflush(handle, H5F_SCOPE_GLOBAL), "write the file")
      let size = try place.check(H5Fget_file_image(handle, nil, 0), "measure the file")
      var bytes = [UInt8](repeating: 0, count: count + size)
      let status = bytes.withUnsafeMutableBytes { H5Fget_file_image(handle, $0.baseAddress.map { $0 + count }, size) }
      _ = try place.check(status, "copy the file")
      return bytes
    }
  }

  public var root: HDF5Group { HDF5Group(file: self, path: "/") }

  /// Makes calls with the file's handle.
  func call<Result>(_ object: String, _ body: (hid_t, HDF5Place) throws -> sending Result) throws -> sending Result {
    try HDF5Library.call {
      let place = HDF5Place(file: path, object: object)
      return try body(handle, place)
    }
  }
}

extension HDF5Place {
  private static let memoryFiles = Atomic<Int>(0)

  /// Uses the access properties of a file that lives in memory and never goes to the disk, and a name for it.
  ///
  /// The library takes two files in memory with one name for the same file, and refuses the name of a file on the disk:
  /// each gets a name of its own that cannot be on any disk.
  func withMemoryDriver(_ body: (_ driver: hid_t, _ name: String) throws -> hid_t) throws -> hid_t {
    let number = Self.memoryFiles.wrappingAdd(1, ordering: .relaxed).newValue
    return try with(H5Pcreate(martlet_hdf5_file_access()), close: H5Pclose, "create the file") {
      _ = try check(H5Pset_fapl_core($0, 1 << 20, false), "create the file")
      return try body($0, "/dev/null/memory-\(number)")
    }
  }
}
