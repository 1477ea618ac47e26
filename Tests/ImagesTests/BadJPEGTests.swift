import Images
import Testing

@Suite("Bad JPEG files")
struct BadJPEGTests {
  /// A picture of 30x22 pixels, baseline, without subsampling.
  static func picture() throws -> [UInt8] { try GoldenFiles.picture("trailing-bytes.jpeg").dropLast(8) }

  static func reason(_ file: [UInt8]) -> String {
    do {
      _ = try ImageDecoder.decode(file, .rgb)
      return "decoded"
    } catch { return error.reason }
  }

  /// The place of the frame header's content: length (2), precision, height (2), width (2), components.
  static func frame(in file: [UInt8]) throws -> Int {
    try #require(file.indices.first { file[$0...].starts(with: [0xff, 0xc0, 0, 17]) }) + 2
  }

  @Test(
    "are refused with the fault of the frame header",
    arguments: [
      (2, 12, "is a JPEG of 12 bits per sample, which is not supported"), (7, 2, "is a corrupt JPEG: its frame header"),
      (-1, 0xc3, "is a lossless JPEG, which is not supported"), (-1, 0xc7, "is a lossless JPEG"),
      (-1, 0xc5, "is a differential JPEG"), (-1, 0xf7, "is a JPEG-LS picture"),
      (9, 0x51, "is a corrupt JPEG: it has a sampling factor"),
      (9, 0x01, "is a corrupt JPEG: it has a sampling factor"),
    ] as [(Int, UInt8, String)])
  func frameHeader(offset: Int, value: UInt8, message: String) throws {
    var file = try Self.picture()
    file[try Self.frame(in: file) + offset] = value
    #expect(Self.reason(file).hasPrefix(message), "\(Self.reason(file))")
  }

  @Test(
    "are refused when they declare another size",
    arguments: [
      (0, 22, "is a corrupt JPEG: its size is 0x22"), (65535, 65535, "is 65535x65535 pixels with 3 channels: at most"),
      (9000, 9000, "cannot hold the 9000x9000 pixels"), (40, 22, "is a"),
    ])
  func size(height: Int, width: Int, message: String) throws {
    var file = try Self.picture()
    let frame = try Self.frame(in: file)
    let size = [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
    file.replaceSubrange(frame + 3..<frame + 7, with: size)
    #expect(Self.reason(file).contains(message), "\(Self.reason(file))")
  }

  @Test("of two frame headers are refused")
  func twoFrames() throws {
    var file = try Self.picture()
    let frame = try Self.frame(in: file) - 2
    file.insert(contentsOf: file[frame..<frame + 19], at: frame)
    #expect(Self.reason(file).hasPrefix("is a corrupt JPEG: "), "\(Self.reason(file))")
  }

  @Test("of many scans are refused")
  func manyScans() throws {
    // A refinement of nothing, again and again: each scan costs the decoder a pass over the picture.
    let file = try GoldenFiles.picture("gray19x31-progressive.jpeg")
    let scans = file.indices.filter { file[$0...].starts(with: [0xff, 0xda]) }
    let last = try #require(scans.last)
    let scan = file[last..<file.count - 2]
    let repeated = Array(file.dropLast(2)) + (0..<200).flatMap { _ in scan } + file.suffix(2)
    #expect(Self.reason(repeated).hasPrefix("is a corrupt JPEG: "), "\(Self.reason(repeated))")
  }

  @Test(
    "cut anywhere are refused",
    arguments: [
      "optimized.jpeg", "rgb17x33-420-progressive.jpeg", "cmyk19x31.jpeg", "restarts.jpeg", "arithmetic.jpeg",
    ])
  func cutAnywhere(name: String) throws {
    let file = try GoldenFiles.picture(name)
    for count in stride(from: 1, to: file.count, by: 3) {
      let reason = Self.reason(Array(file.prefix(count)))
      #expect(reason.hasPrefix("is a truncated JPEG: "), "\(count) of \(file.count) bytes: \(reason)")
    }
  }

  @Test("changed anywhere are decoded or refused", arguments: ["optimized.jpeg", "rgb17x33-420-progressive.jpeg"])
  func changedAnywhere(name: String) throws {
    let file = try GoldenFiles.picture(name)
    for byte in file.indices {
      var changed = file
      changed[byte] ^= 0xff
      _ = Self.reason(changed)
    }
  }

  @Test("of damaged pixels are refused")
  func damagedPixels() throws {
    var file = try Self.picture()
    let scan = try #require(file.indices.first { file[$0...].starts(with: [0xff, 0xda]) })
    file.replaceSubrange(scan + 40..<scan + 80, with: [UInt8](repeating: 0xff, count: 40))
    #expect(Self.reason(file).hasPrefix("is a corrupt JPEG: "), "\(Self.reason(file))")
  }

  @Test("without pixels are refused")
  func withoutPixels() throws {
    let file = try Self.picture()
    let frame = try Self.frame(in: file) - 2
    let ended = Self.reason(Array(file[..<frame]) + [0xff, 0xd9])
    #expect(ended == "is a corrupt JPEG: it ends before its pixels; copy or download it again.")
    let scan = try #require(file.indices.first { file[$0...].starts(with: [0xff, 0xda]) })
    let reason = Self.reason(Array(file[..<frame]) + file[scan...])
    #expect(reason.hasPrefix("is a corrupt JPEG: its pixels come before their size"), "\(reason)")
  }
}
