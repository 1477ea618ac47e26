/// When a download is given up.
struct DownloadLimits: Sendable, Equatable {
  /// The longest that one file may take from one server, in seconds.
  var deadline: Double
  /// The time over which the rate is measured, in seconds.
  var window: Double
  /// The bytes that come within `window` at least.
  var windowBytes: Int

  /// 4 KB a second over half a minute: slower than any line that is of use for 10 MB.
  static let standard = DownloadLimits(deadline: 1800, window: 30, windowBytes: 30 * 4096)

  /// The bytes that a packed file of `size` bytes has at most: deflate adds 5 to each 16,383 that it cannot pack (RFC
  /// 1951, and zlib's `compressBound`), and gzip's heading may bring a name and a comment.
  static func packedBytes(ofUnpacked size: Int) -> Int { size + size / 1000 + 65_536 }
}

/// How fast a download comes: what is measured, apart from the clock and the connection.
struct DownloadPace {
  let limits: DownloadLimits
  /// The bytes that had come when the present window began, and when that was.
  private var windowStart = (seconds: 0.0, bytes: 0)

  init(_ limits: DownloadLimits) { self.limits = limits }

  /// The seconds from the start at which `failure` has something new to say.
  var nextCheck: Double { min(windowStart.seconds + limits.window, limits.deadline) }

  /// Why the download is given up; nil if it is not.
  ///
  /// - Parameters:
  ///   - bytes: all that have come.
  ///   - seconds: since the start.
  mutating func failure(bytes: Int, after seconds: Double) -> String? {
    guard seconds < limits.deadline else {
      return "given up after \(Self.text(seconds)) s: \(bytes) bytes had come"
    }
    let elapsed = seconds - windowStart.seconds
    guard elapsed >= limits.window else { return nil }
    let received = bytes - windowStart.bytes
    guard received > 0 else { return "given up: no answer, or no more of it, for \(Self.text(elapsed)) s" }
    guard Double(received) >= Double(limits.windowBytes) * elapsed / limits.window else {
      return "given up as too slow: \(received) bytes in \(Self.text(elapsed)) s"
    }
    windowStart = (seconds, bytes)
    return nil
  }

  private static func text(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }
}
