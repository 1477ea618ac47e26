import SystemResources

/// The file systems that are mounted, as the kernel lists them.
///
/// Source: proc_pid_mountinfo(5).
enum MountedFileSystem {
  /// The types of file systems in memory.
  private static let inMemory: Set<Substring> = ["tmpfs", "ramfs", "devtmpfs", "hugetlbfs"]

  /// Whether a file system writes the pages of its files to a disk or a server, and not only keeps them in memory.
  ///
  /// - Parameter device: the number of its device (stat(2), `st_dev`). One that is not listed is that of a file system
  ///   with several devices, on disks.
  /// - Returns: false also if it cannot be known.
  static func writesPages(device: UInt64) -> Bool {
    guard let list = TextFile.read("/proc/self/mountinfo") else { return false }
    return type(device: device, in: list).map { !inMemory.contains($0) } ?? true
  }

  /// The type of the file system of a device; nil if it is not listed.
  ///
  /// - Parameter list: a line per mount: two numbers, `MAJOR:MINOR`, others, `-`, the type, others.
  static func type(device: UInt64, in list: String) -> Substring? {
    let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
    let minor = device & 0xff | device >> 12 & ~0xff
    let numbers = "\(major):\(minor)"
    for line in list.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[2] == numbers, let end = fields.firstIndex(of: "-"), end + 1 < fields.count else {
        continue
      }
      return fields[end + 1]
    }
    return nil
  }
}
