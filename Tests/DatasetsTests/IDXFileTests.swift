import CZlib
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// The bytes of valid and invalid IDX files.
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

  @Test("are read plain and compressed, whatever their name")
  func reading() throws {
    let directory = try TemporaryDirectory()
    let grey = IDXBytes.images([2, 3, 4], pixels: Self.pixels)
    for bytes in [grey, IDXBytes.gzip(grey), IDXBytes.gzip(Array(grey[..<9])) + IDXBytes.gzip(Array(grey[9...]))] {
      let path = try directory.write(bytes, to: "images")
      let (shape, pixels) = try IDXFile.readImages(path)
      #expect(shape == [3, 4, 1])
      #expect(pixels == Self.pixels)
    }
    for (sizes, channels) in [([2, 2, 2, 3], 3), ([2, 2, 6, 1], 1), ([3, 2, 2, 2], 2)] {
      let plain = IDXBytes.images(sizes, pixels: Self.pixels)
      for bytes in [plain, IDXBytes.gzip(plain)] {
        let (shape, pixels) = try IDXFile.readImages(directory.write(bytes, to: "channels"))
        #expect(shape == [sizes[1], sizes[2], channels])
        #expect(pixels == Self.pixels)
      }
    }
    let labels = try directory.write(IDXBytes.gzip(IDXBytes.labels([3, 1, 255])), to: "labels")
    #expect(try IDXFile.readLabels(labels) == [3, 1, 255])
  }

  @Test("that are invalid are refused with the reason")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    let good = IDXBytes.images([2, 3, 4], pixels: Self.pixels)
    var flipped = IDXBytes.gzip(good)
    flipped[flipped.count - 6] ^= 1
    let cases: [(bytes: [UInt8], wording: String)] = [
      ([], "empty."),
      ([0, 0, 8], "truncated: 3 bytes are not an IDX file."),
      (Array(good.dropLast()), "truncated: it has 39 bytes, its header declares 40."),
      (good + [0], "too long: it has extra bytes after the 40 its header declares."),
      (IDXBytes.gzip(Array(good.dropLast())), "truncated: it has 39 bytes, its header declares 40."),
      (IDXBytes.gzip(good + [0]), "too long: it has extra bytes after the 40 its header declares."),
      (Array(IDXBytes.gzip(good).dropLast(12)), "truncated gzip data."),
      (flipped, "corrupt gzip data."),
      (Array(good[..<10]), "truncated within its header."),
      (IDXBytes.images([0, 3, 4], pixels: []), "it has no images: its header has the sizes [0, 3, 4]."),
      (
        IDXBytes.images([4_000_000_000, 4_000_000_000, 4_000_000_000], pixels: []),
        "its header has the sizes [4000000000, 4000000000, 4000000000]."
      ),
      (
        IDXBytes.gzip(IDXBytes.images([1_000_000, 1000, 1000], pixels: Self.pixels)),
        "its header declares 1000000000016 bytes, more than "
      ),
    ]
    for (index, (bytes, wording)) in cases.enumerated() {
      let path = try directory.write(bytes, to: "images")
      let error = #expect(throws: DatasetError.self) { try IDXFile.readImages(path) }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.hasPrefix("\(path): \(wording)"), "case \(index): \(message)")
    }
  }

  @Test("of gzip are unpacked once into the cache if wanted, in bounded memory, or refused")
  func cached() throws {
    let directory = try TemporaryDirectory()
    let (count, size) = (700, 60 * 60)
    let pixels = (0..<count * size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let good = IDXBytes.images([count, 60, 60], pixels: pixels)
    let labels = try directory.write(IDXBytes.labels((0..<count).map { UInt8($0 % 5) }), to: "labels")
    let context = DatasetContext(environment: ["XDG_CACHE_HOME": "\(directory.path)/cache"])
    func load(_ cache: ConvertedSamples) throws -> Dataset {
      try IDXSource(trainImages: "\(directory.path)/images.gz", trainLabels: labels, cache: cache).load(.train, context)
    }
    _ = try directory.write(IDXBytes.gzip(good), to: "images.gz")
    let data = try load(.disk)
    guard case .mapped = data.storage else { throw DatasetError.noSamples(name: "not mapped") }
    #expect(try data.fingerprint == load(.memory).fingerprint && data.bytes == pixels)
    let names = { try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/cache/martlet/decoded") }
    #expect(try names().count == 1)
    // Nothing is left of a file that turns out to be corrupt.
    for (bytes, message) in [
      (
        IDXBytes.gzip(Array(good.dropLast())),
        "truncated: it has fewer than the 2520000 values that its header declares."
      ),
      (IDXBytes.gzip(good + [0]), "too long: it has extra bytes after the 2520000 values that its header declares."),
      (Array(IDXBytes.gzip(good).dropLast(12)), "truncated gzip data."),
    ] {
      _ = try directory.write(bytes, to: "images.gz")
      let error = #expect(throws: DatasetError.self) { try load(.disk) }
      #expect("\(try #require(error))" == "\(directory.path)/images.gz: \(message)")
    }
    #expect(try names().count == 1)
  }

  /// An IDX file: its element type, its sizes, and as many values.
  private static func idx(_ type: UInt8, _ sizes: [Int], bytes: Int) -> [UInt8] {
    [0, 0, type, UInt8(sizes.count)] + sizes.flatMap(IDXBytes.bigEndian) + [UInt8](repeating: 7, count: bytes)
  }

  private static func swapped(_ sizes: [Int]) -> [UInt8] { sizes.flatMap { IDXBytes.bigEndian($0).reversed() } }

  /// Contents read as an IDX file of images, and the message.
  static let otherFiles: [(bytes: [UInt8], wording: String)] = [
    (
      idx(9, [2, 3, 4], bytes: 24), "an IDX file of signed bytes; images are unsigned bytes (0 to 255)."
    ),
    (
      idx(0x0b, [2, 3, 4], bytes: 48), "an IDX file of 16-bit integers; images are unsigned bytes (0 to 255)."
    ),
    (
      idx(0x0c, [2, 3, 4], bytes: 96), "an IDX file of 32-bit integers; images are unsigned bytes (0 to 255)."
    ),
    (
      idx(0x0d, [2, 3, 4], bytes: 96),
      "an IDX file of 32-bit floating-point numbers; images are unsigned bytes (0 to 255)."
    ),
    (
      idx(0x0e, [2, 3, 4], bytes: 192),
      "an IDX file of 64-bit floating-point numbers; images are unsigned bytes (0 to 255)."
    ),
    (
      IDXBytes.labels([1, 2]),
      "an IDX file of labels, not of images: it has 1 dimension; images have 3 dimensions, or 4 with their channels."
    ),
    (
      idx(8, [2, 12], bytes: 24),
      "an IDX file, not of images: it has 2 dimensions; images have 3 dimensions, or 4 with their channels."
    ),
    (
      [3, 8, 0, 0] + swapped([2, 3, 4]) + pixels,
      "an IDX file in little-endian byte order; the format is big-endian."
    ),
    (
      [0, 0, 8, 3] + swapped([2, 3, 4]) + pixels, "its sizes are little-endian, those of IDX are big-endian."
    ),
    (
      Array("\n<!DOCTYPE html>\n<html><head><title>Sign in</title>".utf8),
      "a web page (HTML), not an IDX file of images; a server that refuses a download often answers with one: download "
        + "the file again."
    ),
    (Array("<?xml version='1.0'?><Error><Code>AccessDenied".utf8), "an XML document, not an IDX file of images; "),
    (
      [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 30),
      "a zip archive, not an IDX file of images; unpack it first."
    ),
    (
      [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 22) + [11, 0, 0, 0] + Array("x_train.npy".utf8),
      "a NumPy archive (.npz), not an IDX file of images."
    ),
    ([0x93] + Array("NUMPY\u{1}".utf8), "a NumPy array (.npy), not an IDX file of images."),
    (
      [0x80, 4, 0x95, 0, 0],
      "a Python pickle, not an IDX file of images; convert it with Python."
    ),
    (
      Array("label,1x1,1x2\n5,0,0\n".utf8), "a text file that starts with 'label,1x1,1x2', not an IDX file of images."
    ),
    ([0x89] + Array("PNG\r\n".utf8), "a PNG picture, not an IDX file of images."),
    ([0xde, 0xad, 0xbe, 0xef], "not an IDX file of images, nor of any other known format."),
  ]

  @Test("of other types, and files of other formats, are refused by name", arguments: otherFiles.indices)
  func naming(index: Int) throws {
    let directory = try TemporaryDirectory()
    let (bytes, wording) = Self.otherFiles[index]
    for bytes in [bytes, IDXBytes.gzip(bytes)] {
      let path = try directory.write(bytes, to: "images")
      let error = #expect(throws: DatasetError.self) { try IDXFile.readImages(path) }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.hasPrefix("\(path): \(wording)"))
    }
    let labels = try directory.write(IDXBytes.images([2, 3, 4], pixels: Self.pixels), to: "labels")
    #expect {
      try IDXFile.readLabels(labels)
    } throws: {
      "\($0)" == "\(labels): an IDX file of images, not of labels: it has 3 dimensions; labels have one."
    }
  }

  @Test("that are compressed files of another format are refused by name")
  func packedArchive() throws {
    let directory = try TemporaryDirectory()
    let tar = Array("cifar-10-batches-py/".utf8) + [UInt8](repeating: 0, count: 237) + Array("ustar\0".utf8)
    let path = try directory.write(IDXBytes.gzip(tar + [UInt8](repeating: 0, count: 900)), to: "images")
    #expect {
      try IDXFile.readImages(path)
    } throws: {
      "\($0)" == "\(path): a tar archive, not an IDX file of images; unpack it first."
    }
    let twice = try directory.write(IDXBytes.gzip(IDXBytes.gzip(tar)), to: "images")
    #expect {
      try IDXFile.readImages(twice)
    } throws: {
      "\($0)" == "\(twice): a gzip file, not an IDX file of images; unpack it first."
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
