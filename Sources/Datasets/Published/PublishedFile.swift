import Digests
import DurableFiles

/// A file published as `.gz`, identified by the digest of its decompressed contents.
struct PublishedFile: Sendable, Equatable {
  let name: String
  /// The decompressed size in bytes.
  let size: Int
  /// The SHA-256 of the decompressed contents, in hexadecimal: the compressed bytes may differ between servers.
  let sha256: String
  /// The subdirectories of a given directory that may contain the file, such as torchvision's `/MNIST/raw`.
  var subdirectories = [""]

  /// What is wrong with a readable file with other contents.
  func isNot(_ dataset: String) -> String {
    "its contents are not those of the published '\(dataset)' (SHA-256 \(sha256)): it is corrupt, or of another data "
      + "set, which 'dataset: idx' reads"
  }

  /// The name with a dash, with a dot as in older publications and many copies, and in a directory of the same name as
  /// in Kaggle's archives.
  private var names: [String] {
    [name, name.replacing("-idx", with: ".idx")].flatMap { [$0, "\($0)/\($0)"] }
  }
}

extension PublishedFile: PublishedDownload {
  var remoteName: String { "\(name).gz" }

  var byteLimit: Int { DownloadLimits.packedBytes(ofUnpacked: size) }

  /// The path of the file in `directory`, plain or compressed; nil if it does not exist.
  func path(in directory: String) -> String? {
    let names = self.names.flatMap { [$0, "\($0).gz"] }
    return subdirectories.lazy.flatMap { below in names.map { "\(directory)\(below)/\($0)" } }
      .first(where: AtomicFile.isFile)
  }

  /// Whether the file at `path`, plain or compressed, has the published contents.
  func isGood(_ path: String) throws -> Bool {
    let bytes = try AtomicFile.read(path)
    let content = GzipReader.isGzip(bytes) ? try? GzipReader.unpackAll(bytes, path: path, atMost: size) : bytes
    return content.map { SHA256.digest($0).hexadecimal == sha256 } ?? false
  }

  /// The file is plain if the server sent it with a Content-Encoding.
  func verify(_ path: String, address: String) throws -> (name: String, obsolete: String?) {
    let bytes = try AtomicFile.read(path)
    let isPacked = GzipReader.isGzip(bytes)
    guard isPacked || bytes.count == size else {
      let kind = FileKind(startingWith: bytes).map { ", but \($0)" } ?? ""
      throw DownloadFailure(reason: "the downloaded file is corrupt: not a gzip file\(kind)", isLost: true)
    }
    let content: [UInt8]
    do {
      content = try isPacked ? GzipReader.unpackAll(bytes, path: address, atMost: size) : bytes
    } catch DatasetError.damaged(_, let reason) {
      throw DownloadFailure(reason: "the downloaded file is corrupt: \(reason)", isLost: true)
    }
    let digest = SHA256.digest(content).hexadecimal
    guard digest == sha256 else {
      throw DownloadFailure(reason: "checksum mismatch: SHA-256 \(digest), expected \(sha256)", isLost: true)
    }
    // An uncompressed one would be used first, and is corrupt.
    return isPacked ? (remoteName, name) : (name, nil)
  }
}
