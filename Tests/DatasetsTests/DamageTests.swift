import Crypto
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Damaged data files")
struct DamageTests {
  @Test("do not have the published checksum: 2,000 flipped bits and 500 truncations")
  func published() throws {
    let directory = try TemporaryDirectory()
    // The shape of MNIST's label files.
    let good = [0, 0, 8, 1, 0, 0, 0x27, 0x10] + (0..<10_000).map { UInt8($0 * 7 % 10) }
    let path = try directory.write(good, to: "labels")
    let file = PublishedFile(name: "labels", size: good.count, sha256: SHA256.hash(data: good).hexadecimal)
    #expect(try file.isGood(path))
    var bytes = good
    for index in 0..<2000 {
      let bit = index * 40_009 % (8 * good.count)
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = try directory.write(bytes, to: "labels")
      #expect(try !file.isGood(path), "bit \(bit)")
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    for index in 0..<500 {
      _ = try directory.write(good.prefix(index * 7919 % good.count), to: "labels")
      #expect(try !file.isGood(path))
    }
  }

  static let packed = ProcessInfo.processInfo.environment["MARTLET_DATA"].map {
    "\($0)/mnist/t10k-labels-idx1-ubyte.gz"
  }

  /// Some bits of a packed file's heading say nothing of its content, such as its time.
  @Test(
    "that are packed are refused, or have the same content",
    .enabled(if: packed.map(FileManager.default.fileExists) ?? false, "MARTLET_DATA names no directory with mnist"))
  func gzip() throws {
    let directory = try TemporaryDirectory()
    let good = try Array(Data(contentsOf: URL(filePath: Self.packed ?? "")))
    let labels = try IDXFile.readLabels(Self.packed ?? "")
    for index in 0..<2500 {
      var bytes = good
      if index < 2000 {
        let bit = index * 40_009 % (8 * good.count)
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      } else {
        bytes = Array(good.prefix(index * 7919 % good.count))
      }
      let path = try directory.write(bytes, to: "labels.gz")
      let read = try? IDXFile.readLabels(path)
      #expect(read == nil || read == labels, "damage \(index)")
      if index >= 2000 || index * 40_009 % (8 * good.count) > 8 * 64 { #expect(read == nil, "damage \(index)") }
    }
  }
}
