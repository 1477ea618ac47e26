import Images
import Testing

struct ImageResizingTests {
  /// A case of `make_golden.py`, computed by Keras.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let size: [Int]
    let interpolation: Interpolation
    let crops: Bool

    init?(_ words: [String]) {
      guard words.count == 8, let interpolation = Interpolation(rawValue: words[6]) else { return nil }
      name = words[0]
      size = words[1...5].compactMap { Int($0) }
      self.interpolation = interpolation
      crops = words[7] == "1"
    }

    var testDescription: String { "\(name): \(size), \(interpolation)\(crops ? ", cropped" : "")" }
  }

  static let cases = GoldenFiles.lines("cases.txt", in: GoldenFiles.resizing).compactMap(Case.init)

  @Test("computes the values of Keras", arguments: cases)
  func values(_ test: Case) throws {
    let pixels = try GoldenFiles.read("\(test.name).u8", in: GoldenFiles.resizing)
    let image = DecodedImage(height: test.size[0], width: test.size[1], channels: test.size[2], pixels: pixels)
    let resizing = ImageResizing(
      height: test.size[3], width: test.size[4], interpolation: test.interpolation, cropsToAspectRatio: test.crops)
    let expected = try GoldenFiles.read("\(test.name).f32", in: GoldenFiles.resizing).withUnsafeBytes {
      (0..<$0.count / 4).map { [bytes = $0] in bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
    let found = resizing.resized(image)
    #expect(found.count == expected.count)
    // The order of TensorFlow's sums over an area is not fixed.
    let tolerance: Float = test.interpolation == .area ? 1e-5 : 0
    for (found, expected) in zip(found, expected) where abs(found - expected) > tolerance * max(1, expected) {
      Issue.record("\(found) instead of \(expected)")
    }
  }

  @Test("has cases of each interpolation", arguments: Interpolation.allCases)
  func count(interpolation: Interpolation) {
    #expect(Self.cases.filter { $0.interpolation == interpolation }.count >= 12)
  }

  @Test("keeps the pixels of an image of the same size", arguments: Interpolation.allCases, [1, 3, 4])
  func identity(interpolation: Interpolation, channels: Int) {
    let pixels = (0..<11 * 13 * channels).map { UInt8(truncatingIfNeeded: $0 * $0 * 7) }
    let image = DecodedImage(height: 11, width: 13, channels: channels, pixels: pixels)
    let resizing = ImageResizing(height: 11, width: 13, interpolation: interpolation, cropsToAspectRatio: true)
    #expect(resizing.resized(image) == pixels.map(Float.init))
  }

  @Test("resizes a part in the middle when it crops")
  func crop() {
    let image = DecodedImage(height: 1, width: 4, channels: 1, pixels: [10, 20, 30, 40])
    let resizing = ImageResizing(height: 2, width: 4, interpolation: .nearest, cropsToAspectRatio: true)
    #expect(resizing.resized(image) == [20, 20, 30, 30, 20, 20, 30, 30])
  }

  @Test("has the same bits as ever", arguments: Interpolation.allCases)
  func bits(interpolation: Interpolation) {
    let pixels = (0..<37 * 53 * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    let image = DecodedImage(height: 37, width: 53, channels: 3, pixels: pixels)
    let values = ImageResizing(height: 19, width: 71, interpolation: interpolation).resized(image)
    let hash = values.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
    #expect(hash == Self.hashes[interpolation], "\(hash)")
  }

  private static let hashes: [Interpolation: UInt64] = [
    .bilinear: 17_427_412_797_310_575_297, .nearest: 1_243_945_941_164_359_303, .area: 12_079_123_596_316_681_622,
  ]
}
