import Glibc

/// The current memory use of this process, in bytes.
struct ProcessMemory {
  /// Resident memory.
  var resident = 0
  /// Address space.
  var mapped = 0

  static var own: ProcessMemory {
    TextFile.read("/proc/self/statm").map { ProcessMemory(statm: $0) } ?? ProcessMemory()
  }
}

extension ProcessMemory {
  /// Reads `MAPPED RESIDENT …`, in pages.
  init(statm text: String) {
    let pages = text.split(separator: " ").prefix(2).compactMap { Int($0) }
    guard pages.count == 2 else { return }
    mapped = pages[0] * sysconf(Int32(_SC_PAGESIZE))
    resident = pages[1] * sysconf(Int32(_SC_PAGESIZE))
  }
}
