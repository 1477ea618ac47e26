import CZlib
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// The bytes of IDX files, right and wrong.
enum IDXBytes {
  static func images(_ sizes: [Int], pixels: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap(bigEndian) + pixels
  }

  static func labels(_ labels: [UInt8]) -> [UInt8] { images([labels.count], pixels: labels) }

  static func bigEndian(_ size: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: size).bigEndian) { Array($0) }
  }

  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var source = bytes
    var target = [UInt8](repeating: 0, count: bytes.count + 1000)
    let count = source.withUnsafeMutableBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        deflate(&stream, Z_FINISH)
        return target.count - Int(stream.avail_out)
      }
    }
    return Array(target[..<count])
  }
}

@Suite("IDX files")
struct IDXFileTests {
  static let pixels = (0..<24).map(UInt8.init)

  @Test("are read plain and packed, whatever their name")
  func reading() throws {
    let directory = try TemporaryDirectory()
    let grey = IDXBytes.images([2, 3, 4], pixels: Self.pixels)
    for bytes in [grey, IDXBytes.gzip(grey), IDXBytes.gzip(Array(grey[..<9])) + IDXBytes.gzip(Array(grey[9...]))] {
      let path = try directory.write(bytes, to: "images")
      let (shape, pixels) = try IDXFile.readImages(path)
      #expect(shape == ImageShape(height: 3, width: 4, channels: 1))
      #expect(pixels == Self.pixels)
    }
    for (sizes, channels) in [([2, 2, 2, 3], 3), ([2, 2, 6, 1], 1)] {
      let plain = IDXBytes.images(sizes, pixels: Self.pixels)
      for bytes in [plain, IDXBytes.gzip(plain)] {
        let (shape, pixels) = try IDXFile.readImages(directory.write(bytes, to: "channels"))
        #expect(shape == ImageShape(height: sizes[1], width: sizes[2], channels: channels))
        #expect(pixels == Self.pixels)
      }
    }
    let labels = try directory.write(IDXBytes.gzip(IDXBytes.labels([3, 1, 255])), to: "labels")
    #expect(try IDXFile.readLabels(labels) == [3, 1, 255])
  }

  @Test("that are wrong are refused, saying how")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    let good = IDXBytes.images([2, 3, 4], pixels: Self.pixels)
    var flipped = IDXBytes.gzip(good)
    flipped[flipped.count - 6] ^= 1
    let cases: [(bytes: [UInt8], wording: String)] = [
      ([], "empty."),
      ([0, 0, 8], "truncated: 3 bytes are no IDX file."),
      (Array(good.dropLast()), "truncated: it holds 39 bytes, its header promises 40."),
      (good + [0], "too long: it goes on behind the 40 bytes that its header promises."),
      (IDXBytes.gzip(Array(good.dropLast())), "truncated: it holds 39 bytes, its header promises 40."),
      (IDXBytes.gzip(good + [0]), "too long: it goes on behind the 40 bytes that its header promises."),
      (Array(IDXBytes.gzip(good).dropLast(12)), "the gzip data ends too early."),
      (flipped, "damaged gzip data."),
      (
        Array("not an IDX file".utf8),
        "not an IDX file of images: it starts with 0x6e6f7420, expected 0x00000803 or 0x00000804."
      ),
      (
        IDXBytes.labels([1, 2]),
        "not an IDX file of images: it starts with 0x00000801, expected 0x00000803 or 0x00000804."
      ),
      (Array(good[..<10]), "truncated within its header."),
      (IDXBytes.images([3, 2, 2, 2], pixels: Self.pixels), "its images have 2 channels; 1 or 3 can be read."),
      (IDXBytes.images([0, 3, 4], pixels: []), "it holds no images: its header has the sizes [0, 3, 4]."),
      (
        IDXBytes.images([4_000_000_000, 4_000_000_000, 4_000_000_000], pixels: []),
        "its header has the sizes [4000000000, 4000000000, 4000000000]."
      ),
      (
        IDXBytes.gzip(IDXBytes.images([1_000_000, 1000, 1000], pixels: Self.pixels)),
        "its header promises 1000000000016 bytes, more than "
      ),
    ]
    for (index, (bytes, wording)) in cases.enumerated() {
      let path = try directory.write(bytes, to: "images")
      let error = #expect(throws: DatasetError.self) { try IDXFile.readImages(path) }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.hasPrefix("\(path): \(wording)"), "case \(index): \(message)")
    }
  }

  @Test("that are missing, or directories, are refused")
  func unreadable() throws {
    let directory = try TemporaryDirectory()
    #expect {
      try IDXFile.readLabels("\(directory.path)/none")
    } throws: {
      "\($0)" == "\(directory.path)/none: cannot be read: No such file or directory."
    }
    #expect {
      try IDXFile.readLabels(directory.path)
    } throws: {
      "\($0)" == "\(directory.path): cannot be read: it is not a file."
    }
  }
}
