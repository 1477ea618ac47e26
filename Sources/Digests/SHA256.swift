import CCrypto

/// A SHA-256 in progress, computed by libcrypto.
///
/// Source: NIST, "Secure Hash Standard", FIPS 180-4, 2015, section 6.2.
package struct SHA256 {
  /// The number of bytes of a digest.
  package static let count = Int(SHA256_DIGEST_LENGTH)

  private var context = SHA256_CTX()

  package init() { SHA256_Init(&context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&context, bytes.baseAddress, bytes.count)
  }

  package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The digest of all bytes so far.
  package consuming func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.count) { digest, count in
      SHA256_Final(digest.baseAddress, &context)
      count = Self.count
    }
  }

  /// The digest of `bytes`.
  package static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var hash = Self()
    hash.update(bytes)
    return hash.finalize()
  }

  /// The digest of the UTF-8 bytes of `text`.
  package static func digest(_ text: String) -> [UInt8] { digest(Array(text.utf8)) }
}
