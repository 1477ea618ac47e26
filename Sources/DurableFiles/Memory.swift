import Glibc

/// The memory of this process.
public enum Memory {
  /// Whether `bytes` more can be had. An array that gets none ends the process, so what comes from outside is asked for
  /// first.
  public static func canHold(_ bytes: Int) -> Bool {
    guard let probe = malloc(max(bytes, 1)) else { return false }
    free(probe)
    return true
  }
}
