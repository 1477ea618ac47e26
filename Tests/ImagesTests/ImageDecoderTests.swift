import Images
import Testing

/// Files of `make_golden.py`, compared with the pixels that Pillow decodes.
struct ImageDecoderTests {
  /// A picture in a color mode.
  struct Expectation: Sendable, CustomTestStringConvertible {
    let name: String
    let mode: ColorMode
    let height: Int, width: Int
    /// FNV-1a of the pixels.
    let hash: String

    init?(_ words: [String]) {
      guard words.count == 5, let mode = ColorMode(rawValue: words[1]), let height = Int(words[2]),
        let width = Int(words[3])
      else { return nil }
      (name, self.mode, self.height, self.width, hash) = (words[0], mode, height, width, words[4])
    }

    var testDescription: String { "\(name) as \(mode)" }
  }

  static let expectations = GoldenFiles.lines("expected.txt", in: GoldenFiles.pictures).compactMap(Expectation.init)

  @Test("decodes the pixels that Pillow decodes", arguments: expectations)
  func pixels(_ expected: Expectation) throws {
    let file = try GoldenFiles.picture(expected.name)
    let image = try ImageDecoder.decode(file, expected.mode)
    #expect((image.height, image.width, image.channels) == (expected.height, expected.width, expected.mode.channels))
    let hash = image.pixels.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let text = String(hash, radix: 16)
    #expect(String(repeating: "0", count: 16 - text.count) + text == expected.hash)
    let header = try ImageDecoder.header(of: file)
    #expect((header.height, header.width) == (expected.height, expected.width))
    #expect(header.format == (expected.name.hasSuffix(".png") ? .png : .jpeg))
  }

  @Test("are more than two hundred pictures")
  func count() { #expect(Self.expectations.count > 3 * 200) }

  @Test(
    "reads the kind of a picture in its header",
    arguments: [
      ("c0b16n.png", 1, 16), ("c0b1it.png", 2, 1), ("c3b4n.png", 3, 4), ("c3b2nt.png", 4, 2), ("c6b8i.png", 4, 8),
      ("gray19x31.jpeg", 1, 8), ("optimized.jpeg", 3, 8), ("cmyk19x31.jpeg", 4, 8),
    ])
  func header(name: String, channels: Int, bits: Int) throws {
    let header = try ImageDecoder.header(of: GoldenFiles.picture(name))
    #expect((header.channels, header.bitsPerSample) == (channels, bits))
  }

  @Test("applies every orientation", arguments: 1...8)
  func orientation(_ orientation: Int) throws {
    let header = try ImageDecoder.header(of: GoldenFiles.picture("orientation\(orientation).jpeg"))
    #expect(header.orientation.rawValue == orientation)
    #expect((header.height, header.width) == (orientation < 5 ? (30, 22) : (22, 30)))
  }

  @Test("keeps the high byte of 16-bit gray")
  func sixteenBits() throws {
    let rows: [UInt8] = [0, 0x00, 0xff, 0x01, 0x00, 0x80, 0x7f, 0xff, 0xff]
    let file = PNGFixture(height: 1, width: 4, bitDepth: 16, rows: rows).encoded
    #expect(try ImageDecoder.decode(file, .grayscale).pixels == [0, 1, 0x80, 0xff])
  }

  @Test("reads what the PNG writer writes", arguments: [1, 3])
  func roundTrip(channels: Int) throws {
    let pixels = (0..<35 * channels).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let file = PNGImage(height: 5, width: 7, channels: channels, pixels: pixels).encoded
    #expect(try ImageDecoder.decode(file, channels == 1 ? .grayscale : .rgb).pixels == pixels)
  }
}
