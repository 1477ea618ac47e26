import Crypto
import DurableFiles

/// A file published as `.gz`, identified by the digest of its decompressed contents.
struct PublishedFile: Sendable, Equatable {
  let name: String
  /// The decompressed size in bytes.
  let size: Int
  /// The SHA-256 of the decompressed contents, in hexadecimal: the compressed bytes may differ between servers.
  let sha256: String

  /// Whether the file at `path`, plain or compressed, has the published contents.
  ///
  /// - Throws: `FileError` if it cannot be read.
  func isGood(_ path: String) throws -> Bool {
    let bytes = try AtomicFile.read(path)
    let content = GzipReader.isGzip(bytes) ? try? GzipReader.unpackAll(bytes, path: path, atMost: size) : bytes
    return content.map { SHA256.hash(data: $0).hexadecimal == sha256 } ?? false
  }

  /// What is wrong with a readable file with other contents.
  func isNot(_ dataset: String) -> String {
    "its contents are not those of the published '\(dataset)' (SHA-256 \(sha256)): it is corrupt, or of another data "
      + "set, which 'dataset: idx' reads"
  }

  /// The subdirectories of a given directory that may contain the published files: itself, one with its name, or
  /// torchvision's.
  private static let subdirectories = ["", "/mnist", "/raw", "/MNIST/raw"]

  /// The path of the file in `directory`, plain or compressed; nil if it does not exist.
  func path(in directory: String) -> String? {
    let names = self.names.flatMap { [$0, "\($0).gz"] }
    return Self.subdirectories.lazy.flatMap { below in names.map { "\(directory)\(below)/\($0)" } }
      .first(where: AtomicFile.isFile)
  }

  /// The name with a dash, with a dot as in older publications and many copies, and in a directory of the same name as
  /// in Kaggle's archives.
  private var names: [String] {
    [name, name.replacing("-idx", with: ".idx")].flatMap { [$0, "\($0)/\($0)"] }
  }
}
