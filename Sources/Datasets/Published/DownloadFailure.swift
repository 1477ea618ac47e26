/// Why a download from one server failed.
struct DownloadFailure: Error {
  let reason: String
  /// Whether the received bytes cannot be resumed from.
  var isLost = false
}
