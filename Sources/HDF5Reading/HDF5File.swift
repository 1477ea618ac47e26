import DurableFiles

/// A reader for an untrusted HDF5 file, in memory or mapped, without the HDF5 library.
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
  package static func isHDF5(_ bytes: [UInt8]) -> Bool { isHDF5(FileBytes(bytes)) }
  package static func isHDF5(_ bytes: FileBytes) -> Bool { HDF5Superblock.start(of: bytes) != nil }

  /// - Parameter path: the path used in error messages.
  /// - Throws: `HDF5Error`.
  package init(_ bytes: [UInt8], path: String) throws { try self.init(FileBytes(bytes), path: path) }

  /// - Parameters:
  ///   - path: the path used in error messages.
  ///   - verifiesChecksums: whether the checksums of metadata must be right; false for files of bytes changed at random.
  /// - Throws: `HDF5Error`.
  package init(_ bytes: FileBytes, path: String, verifiesChecksums: Bool = true) throws {
    self.path = path
    root = try HDF5Place(file: path, object: "/").locating {
      let superblock = try HDF5Superblock(bytes)
      let objects = HDF5Objects(
        HDF5Storage(bytes, base: superblock.start, end: superblock.end, verifiesChecksums: verifiesChecksums))
      return HDF5Group(file: path, path: "/", object: try objects[superblock.root], objects: objects)
    }
  }
}
