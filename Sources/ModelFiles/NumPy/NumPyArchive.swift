import HDF5Reading
import ZipArchive

/// Tensors as NumPy's `.npz`: a zip archive with an `.npy` file for each.
///
/// Source: NEP 1, "A Simple File Format for NumPy Arrays", version 1.0.
package enum NumPyArchive {
  /// The bytes of the file.
  ///
  /// - Parameters:
  ///   - path: what messages call it.
  ///   - comment: that of the zip archive, which NumPy passes over.
  /// - Throws: `ZipError` for more than 4 GB.
  package static func bytes(_ tensors: [NamedTensor], path: String, comment: String = "") throws -> [UInt8] {
    var archive = ZipWriter(path: path, comment: comment)
    for tensor in tensors { try archive.add("\(tensor.name).npy", array(tensor)) }
    return try archive.archive()
  }

  /// An `.npy` file: magic, version, the length of the header, the header as a Python dictionary, the numbers.
  private static func array(_ tensor: NamedTensor) -> [UInt8] {
    let type =
      switch tensor.values {
      case .floats: "<f4"
      case .integers: "<i8"
      }
    let shape = tensor.dimensions.map { "\($0)," }.joined(separator: " ")
    let dictionary = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    let start = [0x93] + Array("NUMPY".utf8) + [1, 0]
    // The numbers start at a multiple of 64.
    let padding = 63 - (start.count + 2 + dictionary.utf8.count) % 64
    let header = Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    return start + withUnsafeBytes(of: UInt16(header.count).littleEndian) { Array($0) } + header + tensor.bytes
  }
}
