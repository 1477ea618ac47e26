import Glibc

/// The cores that this process may use, which are often fewer than the machine has.
public enum AvailableCores {
  /// The smallest of the affinity mask, the cgroup's CPU quota and `SLURM_CPUS_PER_TASK`; at least 1.
  ///
  /// Dispatch's own count looks at none of them.
  public static func count() -> Int {
    count(affinity: affinityCount(), quota: quotaCores(), slurm: slurmCores())
  }

  static func count(affinity: Int?, quota: Double?, slurm: Int?) -> Int {
    let limits = [affinity, quota.map { max(Int($0.rounded(.up)), 1) }, slurm].compactMap { $0 }
    return max(limits.min() ?? 1, 1)
  }

  /// The processors in the affinity mask, which the kernel shows as `Cpus_allowed: ff,ffffffff`.
  private static func affinityCount() -> Int? {
    TextFile.read("/proc/self/status").flatMap(affinityCount(processStatus:)) ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))
  }

  static func affinityCount(processStatus text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
    let digits = line?.dropFirst("Cpus_allowed:".count).compactMap(\.hexDigitValue)
    return digits?.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  private static func slurmCores() -> Int? {
    guard let value = getenv("SLURM_CPUS_PER_TASK"), let cores = Int(String(cString: value)), cores > 0 else {
      return nil
    }
    return cores
  }

  // MARK: - Control groups

  /// The quota of this process's control group and of all above it, version 2 or 1.
  private static func quotaCores() -> Double? {
    guard let groups = TextFile.read("/proc/self/cgroup") else { return nil }
    return quotaFiles(forGroups: groups).compactMap { files in
      quota(files.compactMap(TextFile.read).joined(separator: " "))
    }.min()
  }

  /// The files that may hold a quota: `cpu.max`, or the pair of version 1.
  static func quotaFiles(forGroups groups: String) -> [[String]] {
    groups.split(separator: "\n").flatMap { line -> [[String]] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { return [] }
      let parents = ancestors(of: fields[2])
      if fields[1].isEmpty { return parents.map { ["/sys/fs/cgroup\($0)/cpu.max"] } }
      guard fields[1].split(separator: ",").contains("cpu") else { return [] }
      return parents.map { path in
        ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map { "/sys/fs/cgroup/cpu\(path)/\($0)" }
      }
    }
  }

  /// `/a/b` gives `/a/b`, `/a` and the empty path of the root.
  private static func ancestors(of path: String) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).map { parts.prefix($0).map { "/\($0)" }.joined() }
  }

  /// Reads `QUOTA PERIOD`, in microseconds; nil for `max` or -1, which mean no limit.
  static func quota(_ text: String) -> Double? {
    let fields = text.split { $0.isWhitespace }
    guard fields.count >= 2, let quota = Double(fields[0]), let period = Double(fields[1]), quota > 0, period > 0
    else { return nil }
    return quota / period
  }
}

/// A small text file of the kernel's.
enum TextFile {
  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
