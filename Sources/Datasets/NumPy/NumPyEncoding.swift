/// The contents of `.npy` files: magic, version, header length, the header as a Python dictionary, and the data.
///
/// Source: NEP 1, "A Simple File Format for NumPy Arrays", version 1.0.
package enum NumPyEncoding {
  /// The start of a file.
  ///
  /// - Parameter type: `<f4`.
  package static func header(_ type: String, shape: [Int]) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let dictionary = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let start = NumPyHeader.magic + [1, 0]
    // The data starts at a multiple of 64.
    let padding = 63 - (start.count + 2 + dictionary.utf8.count) % 64
    let header = Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0a]
    return start + withUnsafeBytes(of: UInt16(header.count).littleEndian) { Array($0) } + header
  }

  /// A file of strings, padded to the length of the longest one, in UTF-32.
  package static func array(_ texts: [String]) -> [UInt8] {
    let length = max(texts.map(\.unicodeScalars.count).max() ?? 1, 1)
    let bytes = texts.flatMap { text in
      let scalars = text.unicodeScalars.map(\.value)
      return (scalars + [UInt32](repeating: 0, count: length - scalars.count)).flatMap { scalar in
        withUnsafeBytes(of: scalar.littleEndian) { Array($0) }
      }
    }
    return header("<U\(length)", shape: [texts.count]) + bytes
  }
}
