/// The file systems that are mounted, as the kernel lists them.
///
/// Source: proc_pid_mountinfo(5).
enum MountedFileSystem {
  /// The types of file systems in memory.
  private static let inMemory: Set<Substring> = ["tmpfs", "ramfs", "devtmpfs", "hugetlbfs"]
  /// More than the list of any machine, in bytes.
  private static let longest = 4 << 20

  /// Whether a file system writes the pages of its files to a disk or a server, and not only keeps them in memory.
  ///
  /// - Parameter device: the number of its device (stat(2), `st_dev`). One that is not listed is that of a file system
  ///   with several devices, on disks.
  /// - Returns: false also if it cannot be known.
  static func writesPages(device: UInt64) -> Bool {
    guard let list = list() else { return false }
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

  private static func list() -> String? {
    guard let reader = try? FileReader(path: "/proc/self/mountinfo") else { return nil }
    var bytes = [UInt8](repeating: 0, count: longest)
    guard let count = try? bytes.withUnsafeMutableBytes({ try reader.read(into: $0) }) else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
