import CHDF5

/// A writer of an HDF5 file on disk, whose datasets are written piece by piece.
///
/// The file is closed by `close`, or when the object is deallocated.
package final class HDF5FileWriter: @unchecked Sendable {
  // Sendable: the handle is only used within `HDF5Library.call`.
  private let path: String
  private var handle: hid_t
  private var isOpen = true

  /// Creates the file, or empties it.
  ///
  /// - Parameters:
  ///   - file: the path to write to.
  ///   - path: the path used in error messages.
  ///   - releaseLock: called before the library opens the file, if it must lock the file itself.
  /// - Throws: `HDF5WritingError`.
  package init(_ file: String, path: String, releaseLock: () -> Void) throws {
    self.path = path
    let place = HDF5Place(file: path, object: "/")
    let access = try HDF5Library.call { () throws -> (list: hid_t, isUnlocked: Bool) in
      let list = try place.check(H5Pcreate(martlet_hdf5_file_access()), "create the file")
      _ = H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, martlet_hdf5_latest_version())
      return (list, martlet_hdf5_disable_locking(list) >= 0)
    }
    if !access.isUnlocked { releaseLock() }
    handle = try HDF5Library.call {
      defer { _ = H5Pclose(access.list) }
      return try place.check(
        H5Fcreate(file, martlet_hdf5_truncate(), martlet_hdf5_default_properties(), access.list), "create the file")
    }
  }

  deinit {
    if isOpen { HDF5Library.call { _ = H5Fclose(handle) } }
  }

  /// Writes out everything and closes the file.
  ///
  /// - Throws: `HDF5WritingError`.
  package func close() throws {
    let place = HDF5Place(file: path, object: "/")
    try HDF5Library.call {
      _ = try place.check(H5Fflush(handle, H5F_SCOPE_GLOBAL), "write the file")
      isOpen = false
      _ = try place.check(H5Fclose(handle), "close the file")
    }
  }

  /// Creates a dataset of numbers, contiguous and uncompressed, with missing parent groups.
  ///
  /// - Parameter name: the path from the root, `/train/x`.
  /// - Throws: `HDF5WritingError`.
  package func create(_ name: String, _ type: any HDF5StoredNumber.Type, dimensions: [Int]) throws {
    let place = HDF5Place(file: path, object: name)
    try HDF5Library.call {
      try place.create(handle, type: type.storedType, dimensions: dimensions) { _ in }
    }
  }

  /// Writes rows of a dataset: values at adjacent first indices.
  ///
  /// - Parameters:
  ///   - rows: the first indices.
  ///   - bytes: the values in row-major order.
  /// - Throws: `HDF5WritingError`.
  package func write(
    _ bytes: UnsafeRawBufferPointer, _ type: any HDF5StoredNumber.Type, rows: Range<Int>, dimensions: [Int],
    to name: String
  ) throws {
    let place = HDF5Place(file: path, object: name)
    let (start, size) = (
      [rows.lowerBound] + [Int](repeating: 0, count: dimensions.count - 1), [rows.count] + dimensions.dropFirst()
    )
    try HDF5Library.call {
      let properties = martlet_hdf5_default_properties()
      try place.with(H5Dopen2(handle, name, properties), close: H5Dclose, "open the dataset") { dataset in
        try place.with(H5Dget_space(dataset), close: H5Sclose, "describe the dimensions") { fileSpace in
          let status = H5Sselect_hyperslab(
            fileSpace, H5S_SELECT_SET, start.map(hsize_t.init), nil, size.map(hsize_t.init), nil)
          _ = try place.check(status, "select the rows")
          try place.withSpace(size) { memorySpace in
            _ = try place.check(
              H5Dwrite(dataset, type.nativeType, memorySpace, fileSpace, properties, bytes.baseAddress),
              "write the values")
          }
        }
      }
    }
  }

  /// Creates a dataset of strings of a fixed length, in UTF-8.
  ///
  /// - Throws: `HDF5WritingError`.
  package func write(_ texts: [String], to name: String) throws {
    let place = HDF5Place(file: path, object: name)
    try HDF5Library.call { try place.create(handle, texts: texts) }
  }
}
