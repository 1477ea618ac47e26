import Glibc

/// The memory of this process.
package enum Memory {
  /// Whether `bytes` more can be had. An array that gets none ends the process, so what comes from outside is asked for
  /// first.
  package static func canHold(_ bytes: Int) -> Bool {
    guard bytes <= available else { return false }
    // The system decides, too: it may promise no more than it has. Mapped, because the compiler removes an allocation
    // that nobody uses, and says that it was granted.
    let size = max(bytes, 1)
    guard let probe = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), probe != MAP_FAILED
    else { return false }
    munmap(probe, size)
    return true
  }

  /// The bytes that this process may take on top of what it has: what the machine, the control groups and the limit of the
  /// address space (`ulimit -v`) leave.
  package static var available: Int {
    var limit = rlimit()
    let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return available(
      machine: machine, group: ControlGroups.own?.memory, addressSpace: hasLimit ? Int(clamping: limit.rlim_cur) : nil,
      taken: TakenMemory.own)
  }

  /// Gives memory that was freed back to the system.
  ///
  /// The C library (glibc) keeps some for each thread that ever allocated any, as much as twice the largest block that was
  /// freed: without this, a process whose threads come and go grows now and then by a few megabytes.
  package static func releaseFreed() { _ = trim?(0) }

  /// `malloc_trim` of <malloc.h>, which other C libraries do not have.
  private static let trim: (@convention(c) (Int) -> Int32)? = dlsym(nil, "malloc_trim").map {
    unsafeBitCast($0, to: (@convention(c) (Int) -> Int32).self)
  }

  static func available(machine: Int, group: Int?, addressSpace: Int?, taken: TakenMemory) -> Int {
    let memory = min(machine, group ?? machine) - taken.resident
    return max(min(memory, (addressSpace ?? .max) - taken.mapped), 0)
  }
}

/// What this process has by now, in bytes.
struct TakenMemory {
  /// The memory of the machine that it fills.
  var resident = 0
  /// Its address space.
  var mapped = 0

  static var own: TakenMemory { TextFile.read("/proc/self/statm").map { TakenMemory(statm: $0) } ?? TakenMemory() }
}

extension TakenMemory {
  /// Reads `MAPPED RESIDENT …`, in pages.
  init(statm text: String) {
    let pages = text.split(separator: " ").prefix(2).compactMap { Int($0) }
    guard pages.count == 2 else { return }
    mapped = pages[0] * sysconf(Int32(_SC_PAGESIZE))
    resident = pages[1] * sysconf(Int32(_SC_PAGESIZE))
  }
}

extension ControlGroups {
  /// The tightest limit of memory, in bytes; nil if there is none.
  var memory: Int? {
    // `max` means no limit.
    settings(of: "memory", "memory.max", version1: ["memory.limit_in_bytes"])
      .compactMap { Int($0.prefix { !$0.isWhitespace }) }.min()
  }
}
