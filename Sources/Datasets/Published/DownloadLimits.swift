/// The limits at which a download is aborted.
struct DownloadLimits: Sendable, Equatable {
  /// The maximum duration of a file from one server, in seconds.
  var deadline: Double
  /// The window over which the rate is measured, in seconds.
  var window: Double
  /// The minimum number of bytes per `window`.
  var windowBytes: Int
  /// The maximum number of times that a closed connection is opened again for the rest of a file.
  var resumptions = 20
  /// The pause before, in seconds.
  var pause = 0.0

  /// 4 KB per second over half a minute: slower than any connection usable for 10 MB.
  static let standard = DownloadLimits(deadline: 1800, window: 30, windowBytes: 30 * 4096, pause: 1)

  /// The limits for a file of at most `bytes`: the same, but as long as 8 KB per second take.
  func allowing(bytes: Int) -> DownloadLimits {
    var limits = self
    limits.deadline = max(deadline, deadline * Double(bytes) / (1800 * 8192))
    return limits
  }

  /// The maximum compressed size of `size` bytes: deflate adds 5 bytes per 16,383 incompressible ones (RFC 1951, and
  /// zlib's `compressBound`), and gzip's header may contain a name and a comment.
  static func packedBytes(ofUnpacked size: Int) -> Int { size + size / 1000 + 65_536 }
}
