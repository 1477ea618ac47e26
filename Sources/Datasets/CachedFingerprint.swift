import Synchronization
import Tensors

/// A lazily computed fingerprint, shared by copies of a data set.
final class CachedFingerprint: Sendable {
  private let text: Mutex<String?>

  /// - Parameter known: the fingerprint, if it need not be computed.
  init(_ known: String?) { text = Mutex(known) }

  func value(_ compute: () -> String) -> String {
    text.withLock { text in
      let value = text ?? compute()
      text = value
      return value
    }
  }
}
