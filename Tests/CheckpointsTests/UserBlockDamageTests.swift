import Testing

@testable import Checkpoints

@Suite("A corrupt user block")
struct UserBlockDamageTests {
  /// The same numbers in every run: failures must be reproducible.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64 = 0x2545_F491_4F6C_DD1D
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 16 ^ state << 24
    }
  }

  @Test("is refused with one of its errors with any value of any byte, and with any bytes after the title")
  func anyBytes() throws {
    let content = [UInt8](repeating: 7, count: 10)
    let good = content.withUnsafeBytes { UserBlock(content: $0, formatVersion: 1).bytes }
    #expect(throws: Never.self) { try UserBlock(good[...]) }
    for position in good.indices {
      // After the text is padding, where no value has a meaning.
      let values = good[position] == 0 ? [1, 10, 255] : Array(UInt8.min...UInt8.max)
      // Whether the version is right is known from the content: see `CheckpointTests`.
      let isVersion = good[..<position].elementsEqual("MARTLET CHECKPOINT\nformat ".utf8)
      for value in values where value != good[position] && !(isVersion && value == UInt8(ascii: "2")) {
        var bytes = good
        bytes[position] = value
        #expect(throws: CheckpointError.self) { try CheckpointReader(bytes + content, path: "x") }
      }
    }
    var numbers = Numbers()
    // Likely bytes, and random ones.
    let alphabet = Array("0123456789abcdef \n\0-+formatbytesha".utf8)
    for round in 0..<20_000 {
      var bytes = Array(good[..<UserBlock.titleCount])
      for _ in 0..<Int.random(in: 0...600, using: &numbers) {
        let any = UInt8.random(in: .min ... .max, using: &numbers)
        bytes.append(round % 2 == 0 ? any : alphabet[Int(any) % alphabet.count])
      }
      #expect(throws: CheckpointError.self) { try CheckpointReader(bytes, path: "x") }
    }
  }
}
