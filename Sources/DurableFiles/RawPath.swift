import Glibc

/// A path as the system's bytes, in any encoding.
///
/// Paths from the system (`realpath`, `readdir`) need not be UTF-8; converted to `String`, they could name another
/// file.
struct RawPath: Equatable {
  /// Including the terminating NUL, as a C string.
  let bytes: [CChar]

  init(_ path: String) { bytes = path.utf8CString.map { $0 } }

  private init(joined bytes: some Sequence<CChar>) { self.bytes = Array(bytes) + [0] }

  /// Copies a C string.
  init(copying text: UnsafePointer<CChar>) { bytes = Array(UnsafeBufferPointer(start: text, count: strlen(text) + 1)) }

  private static let slash = CChar(UInt8(ascii: "/"))

  /// The bytes without the NUL.
  private var content: ArraySlice<CChar> { bytes.dropLast() }

  /// The directory that contains it.
  var directory: RawPath {
    guard let end = content.lastIndex(of: Self.slash) else { return RawPath(".") }
    return end == 0 ? RawPath("/") : RawPath(joined: content[..<end])
  }

  func appending(_ name: RawPath) -> RawPath { RawPath(joined: content + [Self.slash] + name.content) }

  func appending(_ name: String) -> RawPath { appending(RawPath(name)) }

  /// The path with a suffix appended to its name.
  func extended(by suffix: String) -> RawPath { RawPath(joined: content + RawPath(suffix).content) }

  /// The path in messages.
  var text: String { String(decoding: content.map(UInt8.init(bitPattern:)), as: UTF8.self) }

  /// The status of the file at the path, without following a link; nil if there is none.
  var status: stat? {
    var status = stat()
    return lstat(bytes, &status) == 0 ? status : nil
  }

  /// The target of a link, fully resolved; the path itself if it is not a link, or a dangling one.
  var resolved: RawPath {
    guard let status, status.st_mode & S_IFMT == S_IFLNK, let target = realpath(bytes, nil) else { return self }
    defer { free(target) }
    return RawPath(copying: target)
  }

  /// The names in the directory at the path; empty if it does not exist.
  ///
  /// - Throws: `FileError` if the listing is incomplete.
  func names() throws -> [RawPath] {
    guard let stream = opendir(bytes) else {
      guard errno == ENOENT || errno == ENOTDIR else { throw FileError(path: text, operation: .read) }
      return []
    }
    defer { closedir(stream) }
    var names: [RawPath] = []
    // Only errno distinguishes the end from a read error: half of the names would be another directory.
    errno = 0
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { RawPath(copying: $0) }
        })
      errno = 0
    }
    guard errno == 0 else { throw FileError(path: text, operation: .read) }
    return names
  }
}
