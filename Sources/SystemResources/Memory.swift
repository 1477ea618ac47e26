import Glibc

/// The memory available to this process.
package enum Memory {
  /// Whether `bytes` more can be allocated. A failed array allocation terminates the process, so sizes from outside are
  /// checked first.
  package static func canHold(_ bytes: Int) -> Bool {
    guard bytes <= available else { return false }
    // Also ask the system, which may not overcommit. Mapped, because the compiler removes an unused allocation and
    // assumes that it succeeds.
    let size = max(bytes, 1)
    guard let probe = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), probe != MAP_FAILED
    else { return false }
    munmap(probe, size)
    return true
  }

  /// The bytes that this process can still allocate, as limited by the machine, the control groups and the address
  /// space limit (`ulimit -v`).
  package static var available: Int {
    var limit = rlimit()
    let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return available(
      machine: machine, group: ControlGroups.own?.memory, addressSpace: hasLimit ? Int(clamping: limit.rlim_cur) : nil,
      taken: ProcessMemory.own)
  }

  /// Returns freed memory to the system.
  ///
  /// The C library (glibc) keeps some per thread that ever allocated, up to twice the largest freed block: without
  /// this, a process with short-lived threads grows by a few megabytes now and then.
  package static func releaseFreed() { _ = trim?(0) }

  /// `malloc_trim` of <malloc.h>, which other C libraries lack.
  private static let trim: (@convention(c) (Int) -> Int32)? = dlsym(nil, "malloc_trim").map {
    unsafeBitCast($0, to: (@convention(c) (Int) -> Int32).self)
  }

  static func available(machine: Int, group: Int?, addressSpace: Int?, taken: ProcessMemory) -> Int {
    let memory = min(machine, group ?? machine) - taken.resident
    return max(min(memory, (addressSpace ?? .max) - taken.mapped), 0)
  }
}

extension ControlGroups {
  /// The smallest memory limit, in bytes; nil for no limit.
  var memory: Int? {
    // `max` means no limit.
    settings(of: "memory", "memory.max", version1: ["memory.limit_in_bytes"])
      .compactMap { Int($0.prefix { !$0.isWhitespace }) }.min()
  }
}
