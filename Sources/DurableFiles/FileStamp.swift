import Glibc

/// The state of a file, to tell whether it may have changed since. It is no part of the identity of its contents.
package struct FileStamp: Hashable, Sendable, CustomStringConvertible {
  /// The size in bytes.
  package let size: Int
  /// The time of the last modification, in nanoseconds since 1970.
  package let modified: Int
  /// The time of the last change of the file or its metadata, which programs cannot set, in nanoseconds since 1970.
  package let changed: Int
  /// The number of the file in its file system.
  package let number: UInt64

  init(_ status: stat) {
    size = Int(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    number = UInt64(status.st_ino)
  }

  /// - Returns: nil if there is no file at the path, or it cannot be examined.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The time without a change after which the next one is certain to have another time: file systems count in steps of
  /// up to two seconds.
  private static let settling = 2_000_000_000

  /// Whether the file has not changed for a while.
  ///
  /// - Parameter now: in nanoseconds since 1970.
  func isSettled(now: Int) -> Bool { changed <= now - Self.settling }

  /// The present time, in nanoseconds since 1970.
  package static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> Int { Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec) }

  /// The four numbers, separated by spaces.
  package var description: String { "\(size) \(modified) \(changed) \(number)" }

  /// The absolute path of a file, without links; the path itself if there is none.
  package static func absolutePath(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }
}
