import Datasets
import HDF5Reading
import ZipArchive

/// A writer of NumPy `.npz` archives: zip archives with an `.npy` file per tensor.
package enum NumPyArchive {
  /// The bytes of the file.
  ///
  /// - Parameters:
  ///   - texts: arrays of strings.
  ///   - path: the path used in error messages.
  ///   - comment: the zip archive comment, which NumPy ignores.
  /// - Throws: `ZipError` for more than 4 GB.
  package static func bytes(
    _ tensors: [NamedTensor], texts: [(name: String, values: [String])] = [], path: String, comment: String = ""
  ) throws -> [UInt8] {
    var archive = ZipWriter(path: path, comment: comment)
    for tensor in tensors { try archive.add("\(tensor.name).npy", array(tensor)) }
    for (name, values) in texts { try archive.add("\(name).npy", NumPyEncoding.array(values)) }
    return try archive.archive()
  }

  private static func array(_ tensor: NamedTensor) -> [UInt8] {
    let type =
      switch tensor.values {
      case .floats: "<f4"
      case .integers: "<i8"
      }
    return NumPyEncoding.header(type, shape: tensor.dimensions) + tensor.bytes
  }
}
