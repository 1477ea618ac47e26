/// The rate measurement of a download, independent of clock and connection.
struct DownloadPace {
  let limits: DownloadLimits
  /// The bytes received at the start of the current window, and its start time.
  private var windowStart = (seconds: 0.0, bytes: 0)

  init(_ limits: DownloadLimits) { self.limits = limits }

  /// The time in seconds from the start at which `failure` must be checked next.
  var nextCheck: Double { min(windowStart.seconds + limits.window, limits.deadline) }

  /// Why the download is aborted; nil if it continues.
  ///
  /// - Parameters:
  ///   - bytes: the total received.
  ///   - seconds: since the start.
  mutating func failure(bytes: Int, after seconds: Double) -> String? {
    guard seconds < limits.deadline else {
      return "aborted after \(Self.text(seconds)) s: \(bytes) bytes received"
    }
    let elapsed = seconds - windowStart.seconds
    guard elapsed >= limits.window else { return nil }
    let received = bytes - windowStart.bytes
    guard received > 0 else { return "aborted: no data received for \(Self.text(elapsed)) s" }
    guard Double(received) >= Double(limits.windowBytes) * elapsed / limits.window else {
      return "aborted as too slow: \(received) bytes in \(Self.text(elapsed)) s"
    }
    windowStart = (seconds, bytes)
    return nil
  }

  private static func text(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }
}
