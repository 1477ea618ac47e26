import CCrypto

/// A SHA-256 in progress, computed by libcrypto.
///
/// Source: NIST, "Secure Hash Standard", FIPS 180-4, 2015, section 6.2.
package struct SHA256: ~Copyable {
  /// The number of bytes of a digest.
  package static let count = 32

  /// Looked up once, which takes longer than the digest of a short text; libcrypto does not change it.
  private nonisolated(unsafe) static let algorithm: OpaquePointer = {
    // Digests may be computed while the program exits, and do not depend on the machine's configuration of OpenSSL.
    OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG), nil)
    guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { preconditionFailure("libcrypto has no SHA-256") }
    return algorithm
  }()

  private let context: OpaquePointer

  package init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Self.algorithm, nil) == 1 else {
      preconditionFailure("libcrypto cannot start a SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let result = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(result == 1, "libcrypto cannot continue a SHA-256")
  }

  package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The digest of all bytes so far.
  package consuming func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.count) { digest, count in
      let result = EVP_DigestFinal_ex(context, digest.baseAddress, nil)
      precondition(result == 1, "libcrypto cannot finish a SHA-256")
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
