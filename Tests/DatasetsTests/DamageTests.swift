import Digests
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Corrupt data files")
struct DamageTests {
  @Test("do not have the published checksum: 2,000 flipped bits and 500 truncations")
  func published() throws {
    let directory = try TemporaryDirectory()
    // The shape of MNIST's label files.
    let good = [0, 0, 8, 1, 0, 0, 0x27, 0x10] + (0..<10_000).map { UInt8($0 * 7 % 10) }
    let path = try directory.write(good, to: "labels")
    let file = PublishedFile(name: "labels", size: good.count, sha256: SHA256.digest(good).hexadecimal)
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

  /// Some bits of a gzip header do not affect the contents, such as the time.
  @Test(
    "that are compressed are refused, or have the same contents",
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

  /// MNIST's directory with one file replaced by a corrupt one.
  private func directory(replacing file: PublishedFile, with bytes: [UInt8], packed: Bool) throws -> TemporaryDirectory
  {
    let directory = try TemporaryDirectory()
    let mnist = URL(filePath: try #require(MNISTTests.data)).appending(path: "mnist")
    for other in MNISTSource.files where other != file {
      try FileManager.default.createSymbolicLink(
        atPath: "\(directory.path)/\(other.name).gz", withDestinationPath: "\(mnist.path)/\(other.name).gz")
    }
    _ = try directory.write(bytes, to: file.name + (packed ? ".gz" : ""))
    return directory
  }

  @Test(
    "of MNIST are refused by name when they are loaded", .enabled(if: MNISTTests.isPresent, MNISTTests.reason),
    arguments: MNISTSource.files.indices)
  func loading(index: Int) throws {
    let file = MNISTSource.files[index]
    let packed = try AtomicFile.read(try #require(MNISTTests.data) + "/mnist/\(file.name).gz")
    let plain = try GzipReader.unpackAll(packed, path: file.name, atMost: file.size)
    func refusal(_ bytes: [UInt8], packed: Bool) throws -> String {
      let directory = try directory(replacing: file, with: bytes, packed: packed)
      let error = #expect(throws: DatasetError.self) {
        try MNISTSource(directory: directory.path).load(DatasetContext(environment: [:]))
      }
      let (message, path) = (error.map { "\($0)" } ?? "", "\(directory.path)/\(file.name)\(packed ? ".gz" : "")")
      #expect(message.hasPrefix("\(path): "))
      return String(message.dropFirst(path.count + 2))
    }
    // Another pixel, and another valid label.
    var flipped = plain
    flipped[plain.count - 5] ^= 1
    let unpublished =
      "its contents are not those of the published 'mnist' (SHA-256 \(file.sha256)): it is corrupt, or of another "
      + "data set, which 'dataset: idx' reads."
    #expect(try refusal(flipped, packed: false) == unpublished)
    // The gzip file is valid here, its contents are not.
    #expect(try refusal(IDXBytes.gzip(flipped), packed: true) == unpublished)
    #expect(try refusal(Array(plain.dropLast(3)), packed: false).hasPrefix("truncated: it has "))
    #expect(try refusal(Array(packed.dropLast(3)), packed: true) == "truncated gzip data.")
    var damaged = packed
    damaged[packed.count / 2] ^= 4
    #expect(try refusal(damaged, packed: true) == "corrupt gzip data.")
  }

  @Test(
    "in the cache are refused with advice on replacing them",
    .enabled(if: MNISTTests.isPresent, MNISTTests.reason))
  func cache() throws {
    let file = MNISTSource.files[3]
    let packed = try AtomicFile.read(try #require(MNISTTests.data) + "/mnist/\(file.name).gz")
    var plain = try GzipReader.unpackAll(packed, path: file.name, atMost: file.size)
    plain[100] ^= 1
    let directory = try directory(replacing: file, with: plain, packed: false)
    let home = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: "\(home.path)/martlet", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(home.path)/martlet/mnist", withDestinationPath: directory.path)
    let server = try LoopbackServer { path in
      path == "/\(file.name).gz"
        ? LoopbackServer.response("200 OK", body: packed) : LoopbackServer.response("404 Not Found", body: [])
    }
    let context = DatasetContext(environment: ["XDG_CACHE_HOME": home.path], mirror: server.address)
    #expect {
      try MNISTSource().load(context)
    } throws: {
      "\($0)".hasSuffix("which 'dataset: idx' reads; 'martlet data fetch mnist' replaces it.")
    }
    _ = try MNISTSource().fetch(context)
    #expect(try MNISTSource().load(context).test.count == 10_000)
    #expect(directory.names.contains("\(file.name).gz") && !directory.names.contains(file.name))
  }
}
