import Foundation
import ZipArchive

/// The archives that `make_golden.py` writes.
enum GoldenFiles {
  static let pictures = archive("pictures.zip")
  static let resizing = archive("resizing.zip")

  private static func archive(_ name: String) -> ZipReader {
    do {
      guard let path = Bundle.module.path(forResource: "Golden/\(name)", ofType: nil) else {
        fatalError("\(name) is missing")
      }
      return try ZipReader(Array(Data(contentsOf: URL(filePath: path))), path: path)
    } catch { fatalError("\(name): \(error)") }
  }

  static func read(_ name: String, in archive: ZipReader) throws -> [UInt8] {
    try archive.read(name, atMost: 1 << 24)
  }

  /// The words of each line of a text in an archive.
  static func lines(_ name: String, in archive: ZipReader) -> [[String]] {
    let text = (try? read(name, in: archive)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  static func picture(_ name: String) throws -> [UInt8] { try read(name, in: pictures) }
}
