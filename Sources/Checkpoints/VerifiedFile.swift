import DurableFiles
import Glibc

/// A checkpoint file whose digest was verified.
package struct VerifiedFile: Sendable, Equatable {
  package let bytes: Int
  /// SHA-256 of everything after the user block, in hexadecimal.
  package let digest: String
  package let step: Int
}
