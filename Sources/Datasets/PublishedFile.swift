import Crypto
import DurableFiles

/// A file that is published as `.gz`, and known by the digest of what is in it.
struct PublishedFile: Sendable, Equatable {
  let name: String
  /// The bytes of the unpacked content.
  let size: Int
  /// Of the unpacked content, in hexadecimal: the packed bytes may differ from server to server.
  let sha256: String

  /// Whether the file at `path`, plain or packed, has the published content.
  ///
  /// - Throws: `FileError` if it cannot be read.
  func isGood(_ path: String) throws -> Bool {
    let bytes = try WholeFile.read(path)
    let content = GzipReader.isGzip(bytes) ? try? GzipReader.unpackAll(bytes, path: path, atMost: size) : bytes
    return content.map { SHA256.hash(data: $0).hexadecimal == sha256 } ?? false
  }

  /// What is wrong with a file that is readable and not good.
  func isNot(_ dataset: String) -> String {
    "it does not hold what '\(dataset)' is published with (SHA-256 \(sha256)): it is damaged, or belongs to another data "
      + "set, which 'dataset: idx' reads"
  }

  /// Where the published set lies below a directory that people name: in it, in the one of its name, or where
  /// torchvision puts it.
  private static let subdirectories = ["", "/mnist", "/raw", "/MNIST/raw"]

  /// The file in `directory`, plain or packed; nil if it is not there.
  func path(in directory: String) -> String? {
    let names = self.names.flatMap { [$0, "\($0).gz"] }
    return Self.subdirectories.lazy.flatMap { below in names.map { "\(directory)\(below)/\($0)" } }
      .first(where: WholeFile.isFile)
  }

  /// The name with a dash, with a dot as older pages and many copies have it, and in a directory of its own as archives
  /// of Kaggle have it.
  private var names: [String] {
    [name, name.replacing("-idx", with: ".idx")].flatMap { [$0, "\($0)/\($0)"] }
  }
}
