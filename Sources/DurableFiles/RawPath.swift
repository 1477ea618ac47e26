import Glibc

/// A path as the system has it: bytes, of whatever encoding.
///
/// What the system gives (`realpath`, `readdir`) need not be UTF-8, and a `String` made of it would name another file.
struct RawPath: Equatable {
  /// With the NUL at the end: takes the place of a C string.
  let bytes: [CChar]

  init(_ path: String) { bytes = path.utf8CString.map { $0 } }

  private init(joined bytes: some Sequence<CChar>) { self.bytes = Array(bytes) + [0] }

  /// Copies a C string.
  init(copying text: UnsafePointer<CChar>) { bytes = Array(UnsafeBufferPointer(start: text, count: strlen(text) + 1)) }

  private static let slash = CChar(UInt8(ascii: "/"))

  /// The bytes without the NUL.
  private var content: ArraySlice<CChar> { bytes.dropLast() }

  /// The directory that it lies in.
  var directory: RawPath {
    guard let end = content.lastIndex(of: Self.slash) else { return RawPath(".") }
    return end == 0 ? RawPath("/") : RawPath(joined: content[..<end])
  }

  func appending(_ name: RawPath) -> RawPath { RawPath(joined: content + [Self.slash] + name.content) }

  func appending(_ name: String) -> RawPath { appending(RawPath(name)) }

  /// With more at the end of its name.
  func extended(by suffix: String) -> RawPath { RawPath(joined: content + RawPath(suffix).content) }

  /// For messages.
  var text: String { String(decoding: content.map(UInt8.init(bitPattern:)), as: UTF8.self) }

  /// What the path names, without following a link at its end; nil for nothing.
  var status: stat? {
    var status = stat()
    return lstat(bytes, &status) == 0 ? status : nil
  }

  /// Where the links at its end lead; itself if it is no link, or leads nowhere.
  var resolved: RawPath {
    guard let status, status.st_mode & S_IFMT == S_IFLNK, let target = realpath(bytes, nil) else { return self }
    defer { free(target) }
    return RawPath(copying: target)
  }

  /// The names in the directory that it is; none if it is not there.
  ///
  /// - Throws: `FileError` if the system does not give all of them.
  func names() throws -> [RawPath] {
    guard let stream = opendir(bytes) else {
      guard errno == ENOENT || errno == ENOTDIR else { throw FileError(path: text, operation: .read) }
      return []
    }
    defer { closedir(stream) }
    var names: [RawPath] = []
    // Only errno tells the end from a disk that fails: half of the names would be another directory.
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
