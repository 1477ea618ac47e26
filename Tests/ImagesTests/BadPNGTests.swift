import Images
import Testing

@Suite("Bad PNG files")
struct BadPNGTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let file: [UInt8]
    let message: String
    var testDescription: String { message }

    init(_ message: String, _ file: [UInt8]) { (self.message, self.file) = (message, file) }

    init(_ message: String, _ change: (inout PNGFixture) -> Void) {
      var fixture = PNGFixture()
      change(&fixture)
      self.init(message, fixture.encoded)
    }
  }

  static let headers: [Case] = [
    Case("is a corrupt PNG: its size is 0x1") { $0.height = 0 },
    Case("is a corrupt PNG: its size is 1x0") { $0.width = 0 },
    Case("is a corrupt PNG: its size is 4294967295x1") { $0.height = -1 },
    Case("is a corrupt PNG: it has the color type 0 with 3 bits") { $0.bitDepth = 3 },
    Case("is a corrupt PNG: it has the color type 3 with 16 bits") { ($0.colorType, $0.bitDepth) = (3, 16) },
    Case("is a corrupt PNG: it has the color type 1 with 8 bits") { $0.colorType = 1 },
    Case("is a corrupt PNG: it has the compression, filter and interlace methods 0, 0, 2") { $0.methods = [0, 0, 2] },
    Case("is a corrupt PNG: its header has 14 bytes") { $0.methods = [0, 0, 0, 0] },
    Case("is a corrupt PNG: it has two headers") { $0.before = [("IHDR", $0.header)] },
    Case("is 2147483647x2147483647 pixels with 1 channels: at most 268435456 values can be decoded") {
      ($0.height, $0.width) = (0x7fff_ffff, 0x7fff_ffff)
    },
    Case("is a corrupt PNG: 10 compressed bytes cannot hold the 10000x10000 pixels") {
      ($0.height, $0.width) = (10000, 10000)
    },
    Case("is a corrupt PNG: its first chunk is IDAT", PNGFixture.file([("IDAT", [])])),
    Case("is a PNG in Apple's variant", PNGFixture.file([("CgBI", [0, 0, 0, 0])])),
  ]

  static let chunks: [Case] = [
    Case("is a corrupt PNG: it has no pixels", PNGFixture.file([("IHDR", PNGFixture().header), ("IEND", [])])),
    Case("is a corrupt PNG: it has no palette") { $0.colorType = 3 },
    Case("is a corrupt PNG: its palette has 4 bytes") { $0.before = [("PLTE", [1, 2, 3, 4])] },
    Case("is a corrupt PNG: its palette is not before its pixels") { $0.after = [("PLTE", [1, 2, 3])] },
    Case("is a corrupt PNG: its transparency (chunk tRNS) is not before") { $0.after = [("tRNS", [0, 1])] },
    Case("is a corrupt PNG: its transparent color (chunk tRNS) has 3 bytes") { $0.before = [("tRNS", [0, 1, 2])] },
    Case("is a corrupt PNG: its transparency (chunk tRNS) comes before its palette") {
      ($0.colorType, $0.before) = (3, [("tRNS", [0]), ("PLTE", [1, 2, 3])])
    },
    Case("is a corrupt PNG: other chunks separate its pixels") { $0.after = [("tEXt", [65, 0]), ("IDAT", [])] },
    Case("is a PNG with the unknown chunk ABCD, which is not supported") { $0.before = [("ABCD", [])] },
    Case("is a corrupt PNG: there is no chunk at byte 33") { $0.before = [("a\u{1}cd", [])] },
    Case("is a truncated PNG: it ends before its last chunk", Array(PNGFixture().encoded.dropLast(12))),
    Case("is a truncated PNG: it ends within its chunk IEND", Array(PNGFixture().encoded.dropLast(1))),
    Case("is a truncated PNG: it ends within its chunk IDAT", Array(PNGFixture().encoded.prefix(45))),
    Case("is a truncated PNG: it has only 4 bytes", Array(PNGFixture.signature.prefix(4))),
  ]

  static let pixels: [Case] = [
    Case("is a corrupt PNG: a row has the filter type 5") { $0.rows = [5, 0] },
    Case("is a corrupt PNG: a pixel is not in the palette of 2 colors") {
      ($0.colorType, $0.before, $0.rows) = (3, [("PLTE", [0, 0, 0, 1, 1, 1])], [0, 2])
    },
    Case("is a corrupt PNG: it has more pixels than its header declares") { $0.rows = [0, 0, 0] },
    Case("is a corrupt PNG: it has more pixels than its header declares") {
      $0.rows = [UInt8](repeating: 0, count: 1 << 20)
    },
    Case("is a corrupt PNG: it has 1 bytes of pixels, and its header declares 2") { $0.rows = [0] },
    Case(
      "is a corrupt PNG: its compressed pixels are damaged",
      PNGFixture.file([("IHDR", PNGFixture().header), ("IDAT", [1, 2, 3]), ("IEND", [])])),
    Case(
      "is a corrupt PNG: its compressed pixels are incomplete",
      PNGFixture.file([
        ("IHDR", PNGFixture().header), ("IDAT", PNGFixture().compressed.dropLast()), ("IEND", []),
      ])),
  ]

  @Test("are refused with their fault", arguments: headers + chunks + pixels)
  func refused(_ test: Case) {
    let error = #expect(throws: ImageError.self) { try ImageDecoder.decode(test.file, .rgba) }
    #expect(error?.reason.hasPrefix(test.message) == true, "\(error?.reason ?? "")")
  }

  @Test("are refused before they are decoded", arguments: headers + chunks)
  func refusedByHeader(_ test: Case) {
    let error = #expect(throws: ImageError.self) { try ImageDecoder.header(of: test.file) }
    #expect(error?.reason.hasPrefix(test.message) == true, "\(error?.reason ?? "")")
  }

  @Test("of a changed byte have a wrong checksum, in every chunk", arguments: [20, 30, 45, 50])
  func checksum(byte: Int) {
    var file = PNGFixture().encoded
    file[byte] ^= 0x10
    #expect(throws: ImageError.self) { try ImageDecoder.decode(file, .rgb) }
  }

  @Test("cut anywhere are refused", arguments: ["c3b4it.png", "pillow-RGBA.png", "c0b16i.png"])
  func cutAnywhere(name: String) throws {
    let file = try GoldenFiles.picture(name)
    for count in 0..<file.count {
      let error = #expect(throws: ImageError.self) { try ImageDecoder.decode(Array(file.prefix(count)), .rgb) }
      #expect(error?.reason.contains("PNG") == true || count == 0, "\(error?.reason ?? "")")
    }
  }
}
