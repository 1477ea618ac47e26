import Glibc

/// A text file of the kernel, which has no size before it is read.
package enum TextFile {
  /// More than any of them has, in bytes.
  private static let limit = 4 << 20

  /// The contents; nil if it cannot be opened.
  package static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var (bytes, count) = ([UInt8](repeating: 0, count: 65_536), 0)
    while true {
      count += bytes.withUnsafeMutableBytes { fread($0.baseAddress.map { $0 + count }, 1, $0.count - count, file) }
      guard count == bytes.count, count < limit else { return String(decoding: bytes[..<count], as: UTF8.self) }
      bytes += [UInt8](repeating: 0, count: count)
    }
  }
}
