import DurableFiles
import Foundation

/// Downloads published files into a directory; each is written to a partial file, verified, synced and renamed.
///
/// A partial file is kept if the connection is closed or the process ends, and the rest is requested later if the server
/// still has the same version of the file.
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
  func fetch(_ file: some PublishedDownload) throws -> String {
    if let path = file.path(in: directory), try file.isGood(path) { return path }
    defer { progress("") }
    try AtomicFile.createDirectory(directory)
    var hasWaited = false
    let partial = try PartialDownload(of: "\(directory)/\(file.remoteName)") {
      hasWaited = true
      progress("Waiting for another process that downloads \(file.name)")
    }
    defer { partial.removeUnusable() }
    if hasWaited, let path = file.path(in: directory), try file.isGood(path) { return path }
    var reasons: [String] = []
    for mirror in mirrors {
      let address = "\(mirror)\(mirror.hasSuffix("/") ? "" : "/")\(file.remoteName)"
      do {
        return try fetch(file, from: address, partial)
      } catch let failure as DownloadFailure {
        reasons.append("\(address): \(failure.reason)")
      }
    }
    if partial.source != nil, partial.count > 0 {
      reasons.append("\(partial.path): \(partial.count) bytes are kept, from which the next download resumes")
    }
    throw DatasetError.unavailable(dataset: dataset, directory: directory, urls: mirrors, reasons: reasons)
  }

  /// Downloads a file from one server, resuming after closed connections as long as more bytes arrive.
  ///
  /// - Throws: `DownloadFailure` or `FileError`.
  private func fetch(_ file: some PublishedDownload, from address: String, _ partial: PartialDownload) throws -> String
  {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme) else {
      throw DownloadFailure(reason: "not an http or https address")
    }
    var best = 0
    for attempt in 0... {
      do {
        try receive(url, file, partial)
        return try save(partial, as: file, address: address)
      } catch let failure as DownloadFailure {
        let isResumable = failure.isLost ? partial.isResumed : partial.count > best
        if failure.isLost { try partial.restart(from: nil) }
        guard isResumable, failure.isLost || partial.source?.url == url.absoluteString, attempt < limits.resumptions
        else { throw failure }
        best = partial.count
      }
      Thread.sleep(forTimeInterval: limits.pause)
    }
    preconditionFailure("the attempts are limited")
  }

  private func receive(_ url: URL, _ file: some PublishedDownload, _ partial: PartialDownload) throws {
    let limits = limits.allowing(bytes: file.byteLimit)
    let receiver = DownloadReceiver(limits: limits, byteLimit: file.byteLimit, partial: partial) { received, total in
      let part = total.map { " of \(Self.megabytes($0))" } ?? ""
      progress("Fetching \(file.name): \(Self.megabytes(received))\(part) MB")
    }
    try receiver.receive(url)
  }

  private static func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e5).rounded() / 10)" }

  private func save(_ partial: PartialDownload, as file: some PublishedDownload, address: String) throws -> String {
    let (name, obsolete) = try file.verify(partial.path, address: address)
    let path = "\(directory)/\(name)"
    try partial.move(to: path)
    if let obsolete { unlink("\(directory)/\(obsolete)") }
    return path
  }
}
