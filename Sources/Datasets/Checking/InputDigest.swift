import Digests

/// The SHA-256 of a sample's input.
struct InputDigest: Hashable, Comparable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  init(_ bytes: UnsafeRawBufferPointer) {
    var hash = SHA256()
    hash.update(bytes)
    words = hash.finalize().withUnsafeBytes { digest in
      func word(_ index: Int) -> UInt64 { digest.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
      return (word(0), word(1), word(2), word(3))
    }
  }

  static func == (left: Self, right: Self) -> Bool { left.words == right.words }
  static func < (left: Self, right: Self) -> Bool { left.words < right.words }
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
