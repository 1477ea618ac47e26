import Glibc

/// The cores available to this process, often fewer than the machine has.
public enum AvailableCores {
  /// The minimum of the affinity mask, the control groups' CPU quota and `SLURM_CPUS_PER_TASK`; at least 1.
  ///
  /// Dispatch's own count ignores all of them.
  public static func count() -> Int {
    count(affinity: affinityCount(), quota: ControlGroups.own?.cores, slurm: slurmCores())
  }

  static func count(affinity: Int?, quota: Double?, slurm: Int?) -> Int {
    let limits = [affinity, quota.map { max(Int($0.rounded(.up)), 1) }, slurm].compactMap { $0 }
    return max(limits.min() ?? 1, 1)
  }

  /// The number of processors in the affinity mask, shown by the kernel as `Cpus_allowed: ff,ffffffff`.
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
}

extension ControlGroups {
  /// The smallest CPU quota, in cores; nil for no limit.
  var cores: Double? {
    settings(of: "cpu", "cpu.max", version1: ["cpu.cfs_quota_us", "cpu.cfs_period_us"]).compactMap(Self.cores).min()
  }

  /// Reads `QUOTA PERIOD`, in microseconds; nil for `max` or -1, which mean no limit.
  private static func cores(_ setting: String) -> Double? {
    let fields = setting.split { $0.isWhitespace }
    guard fields.count >= 2, let quota = Double(fields[0]), let period = Double(fields[1]), quota > 0, period > 0
    else { return nil }
    return quota / period
  }
}
