import HDF5Reading
import ZipArchive

/// A writer of NumPy `.npz` archives: zip archives with an `.npy` file per tensor.
///
/// Source: NEP 1, "A Simple File Format for NumPy Arrays", version 1.0.
package enum NumPyArchive {
  /// The bytes of the file.
  ///
  /// - Parameters:
  ///   - path: the path used in error messages.
  ///   - comment: the zip archive comment, which NumPy ignores.
  /// - Throws: `ZipError` for more than 4 GB.
  package static func bytes(_ tensors: [NamedTensor], path: String, comment: String = "") throws -> [UInt8] {
    var archive = ZipWriter(path: path, comment: comment)
    for tensor in tensors { try archive.add("\(tensor.name).npy", array(tensor)) }
    return try archive.archive()
  }

  /// An `.npy` file: magic, version, header length, the header as a Python dictionary, the data.
  private static func array(_ tensor: NamedTensor) -> [UInt8] {
    let type =
      switch tensor.values {
      case .floats: "<f4"
      case .integers: "<i8"
      }
    let shape = tensor.dimensions.map { "\($0)," }.joined(separator: " ")
    let dictionary = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    let start = [0x93] + Array("NUMPY".utf8) + [1, 0]
    // The data starts at a multiple of 64.
    let padding = 63 - (start.count + 2 + dictionary.utf8.count) % 64
    let header = Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    return start + withUnsafeBytes(of: UInt16(header.count).littleEndian) { Array($0) } + header + tensor.bytes
  }
}
