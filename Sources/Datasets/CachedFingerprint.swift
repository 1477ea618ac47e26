import Crypto
import Synchronization
import Tensors

/// A lazily computed fingerprint, shared by copies of a data set.
final class CachedFingerprint: Sendable {
  private let text = Mutex<String?>(nil)

  func value(_ compute: () -> String) -> String {
    text.withLock { text in
      let value = text ?? compute()
      text = value
      return value
    }
  }
}
