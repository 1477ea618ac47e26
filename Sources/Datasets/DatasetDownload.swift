import Crypto
import DurableFiles
import Foundation

/// Downloads published files into a directory; each is written to a partial file, verified, synced and renamed.
struct DatasetDownload {
  let dataset: String
  let directory: String
  /// The servers, in the order they are tried.
  let mirrors: [String]
  let progress: @Sendable (String) -> Void
  var limits = DownloadLimits.standard

  /// Downloads one file, unless it exists and is good.
  ///
  /// - Returns: its path.
  /// - Throws: `DatasetError` or `FileError`.
  func fetch(_ file: PublishedFile) throws -> String {
    if let path = file.path(in: directory), try file.isGood(path) { return path }
    defer { progress("") }
    var reasons: [String] = []
    for mirror in mirrors {
      let address = "\(mirror)\(mirror.hasSuffix("/") ? "" : "/")\(file.name).gz"
      do {
        let bytes = try receive(address, file)
        guard try isPacked(bytes, file, address: address) else { return try save(bytes, as: file.name) }
        let path = try save(bytes, as: "\(file.name).gz")
        // An uncompressed one would be used first, and is corrupt.
        unlink("\(directory)/\(file.name)")
        return path
      } catch let failure as DownloadFailure {
        reasons.append("\(address): \(failure.reason)")
      }
    }
    throw DatasetError.unavailable(dataset: dataset, directory: directory, urls: mirrors, reasons: reasons)
  }

  private func receive(_ address: String, _ file: PublishedFile) throws -> [UInt8] {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme) else {
      throw DownloadFailure(reason: "not an http or https address")
    }
    let byteLimit = DownloadLimits.packedBytes(ofUnpacked: file.size)
    let receiver = DownloadReceiver(limits: limits, byteLimit: byteLimit) { received, total in
      let part = total.map { " of \(Self.megabytes($0))" } ?? ""
      progress("Fetching \(file.name): \(Self.megabytes(received))\(part) MB")
    }
    return try receiver.receive(url)
  }

  private static func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e5).rounded() / 10)" }

  /// - Returns: whether the bytes are compressed: with a Content-Encoding they arrive decompressed.
  /// - Throws: `DownloadFailure` if they are not the published file.
  private func isPacked(_ bytes: [UInt8], _ file: PublishedFile, address: String) throws -> Bool {
    let isPacked = GzipReader.isGzip(bytes)
    guard isPacked || bytes.count == file.size else {
      let kind = FileKind(startingWith: bytes).map { ", but \($0)" } ?? ""
      throw DownloadFailure(reason: "the downloaded file is corrupt: not a gzip file\(kind)")
    }
    let content: [UInt8]
    do {
      content = try isPacked ? GzipReader.unpackAll(bytes, path: address, atMost: file.size) : bytes
    } catch DatasetError.damaged(_, let reason) {
      throw DownloadFailure(reason: "the downloaded file is corrupt: \(reason)")
    }
    let digest = SHA256.hash(data: content).hexadecimal
    guard digest == file.sha256 else {
      throw DownloadFailure(reason: "checksum mismatch: SHA-256 \(digest), expected \(file.sha256)")
    }
    return isPacked
  }

  private func save(_ bytes: [UInt8], as name: String) throws -> String {
    let path = "\(directory)/\(name)"
    try AtomicFile.createDirectory(directory)
    try AtomicFile.write(bytes, to: path)
    return path
  }
}
