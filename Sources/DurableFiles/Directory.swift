import Glibc

/// A directory's contents.
package enum Directory {
  /// An entry of a directory.
  package struct Entry: Sendable {
    package let name: String
    /// Whether it is a directory, or a link to one.
    package let isDirectory: Bool
    /// The device and inode, which identify a directory under several names.
    package let identity: [UInt64]
  }

  /// The device and inode of a directory; nil if there is none.
  package static func identity(_ path: String) -> [UInt64]? {
    var status = stat()
    return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
  }

  /// The entries of a directory in byte order of their names, except hidden ones (`.name`). Links are followed; those to
  /// nothing are files that cannot be read.
  ///
  /// - Throws: `FileError` if it cannot be read, is not a directory, or has a name that is not UTF-8.
  package static func entries(_ path: String) throws -> [Entry] {
    guard AtomicFile.isDirectory(path) else {
      let reason = AtomicFile.exists(path) ? "not a directory" : "no such directory"
      throw FileError(path: path, operation: .read, reason: reason)
    }
    let place = RawPath(path)
    return try place.names().compactMap { raw -> Entry? in
      let name = raw.text
      guard !name.hasPrefix(".") else { return nil }
      guard RawPath(name) == raw else {
        throw FileError(path: "\(path)/\(name)", operation: .read, reason: "its name is not UTF-8; rename it")
      }
      var status = stat()
      let isFound = stat("\(path)/\(name)", &status) == 0
      return Entry(
        name: name, isDirectory: isFound && status.st_mode & S_IFMT == S_IFDIR,
        identity: [UInt64(status.st_dev), UInt64(status.st_ino)])
    }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
