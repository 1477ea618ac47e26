import Glibc

extension DirectoryLock {
  /// The holder of a directory's lock on this machine, determined without acquiring it.
  ///
  /// - Parameter locks: the system's list of all locks (proc(5), `/proc/locks`).
  /// - Returns: nil if the system lists no holder.
  package static func holder(of directory: String, locks: String = "/proc/locks") -> LockHolder? {
    let path = "\(directory)/\(fileName)"
    var status = stat()
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0, let holder = LockHolder(of: descriptor),
      let lines = text(of: locks)?.split(separator: "\n")
    else { return nil }
    // `1: FLOCK  ADVISORY  WRITE 24191 fe:00:16223024 0 EOF`; the device may differ from that of `stat`.
    let isHeld = lines.contains { line in
      let words = line.split(separator: " ")
      guard words.count > 5, words[1] == "FLOCK" else { return false }
      return words[5].split(separator: ":").last.flatMap { UInt($0) } == status.st_ino
    }
    return isHeld ? holder : nil
  }

  /// Files in `/proc` report no size, so they are read to their end.
  private static func text(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
