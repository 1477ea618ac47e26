/// A published file that can be downloaded, verified and found again.
protocol PublishedDownload: Sendable {
  /// The name in messages.
  var name: String { get }
  /// The name on the servers.
  var remoteName: String { get }
  /// The maximum size of the file on a server in bytes.
  var byteLimit: Int { get }

  /// The path of the file in a directory, in any form that is read; nil if it does not exist.
  func path(in directory: String) -> String?

  /// Whether the file at `path` has the published contents.
  ///
  /// - Throws: `FileError` if it cannot be read.
  func isGood(_ path: String) throws -> Bool

  /// Verifies a downloaded file.
  ///
  /// - Parameter address: the URL it comes from.
  /// - Returns: the name to save it under, and the name of another form of the file that would be found first.
  /// - Throws: `DownloadFailure` if it is not the published file.
  func verify(_ path: String, address: String) throws -> (name: String, obsolete: String?)
}
