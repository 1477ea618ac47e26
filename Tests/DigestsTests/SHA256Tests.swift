import Digests
import Testing

@Suite struct SHA256Tests {
  /// NIST, "Secure Hash Algorithm Validation System", examples of FIPS 180-4: one block, two blocks, nothing, many blocks.
  @Test(arguments: [
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func equalsThePublishedExamples(text: String, digest: String) {
    #expect(SHA256.digest(text).hexadecimal == digest)
  }

  @Test func partsOfAnySizeGiveTheDigestOfTheWhole() {
    let bytes = (0..<1000).map { UInt8($0 * 7 & 255) }
    for size in [1, 63, 64, 65, 999] {
      var hash = SHA256()
      for first in stride(from: 0, to: bytes.count, by: size) {
        hash.update(Array(bytes[first..<min(first + size, bytes.count)]))
      }
      #expect(hash.finalize() == SHA256.digest(bytes))
    }
  }
}
