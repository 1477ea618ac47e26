import Digests
import DurableFiles
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Datasets

@Suite("CIFAR", .serialized)
struct CIFARTests {
  /// A small data set in the layout of CIFAR-100: two files of 12 and 7 training images, and one of 5 test images.
  static let records: [String: [[UInt8]]] = [
    "one.bin": (0..<12).map(record), "two.bin": (12..<19).map(record), "test.bin": (19..<24).map(record),
  ]

  private static func record(_ index: Int) -> [UInt8] {
    let pixels = (0..<3072).map { (value: Int) -> UInt8 in
      UInt8(truncatingIfNeeded: value * 31 + index * 7 + value / 1024 * 100)
    }
    return [UInt8(index % 2), UInt8(index % 5)] + pixels
  }

  private static func digest(_ names: [String]) -> String {
    let digests = names.flatMap { records[$0] ?? [] }.map { SHA256.digest($0) }
    let sorted = digests.sorted { $0.lexicographicallyPrecedes($1) }
    return SHA256.digest(sorted.flatMap { $0 }).hexadecimal
  }

  static func set(labelIndex: Int = 1, sha256: String = "", mirrors: [String] = ["https://example.org/"])
    -> PublishedCIFAR
  {
    PublishedCIFAR(
      archive: CIFARArchive(
        dataset: "tiny", fileName: "tiny-binary.tar.gz", directory: "tiny-bin",
        layout: CIFARLayout(
          files: [
            CIFARLayout.File(name: "one.bin", split: .train, records: 12),
            CIFARLayout.File(name: "two.bin", split: .train, records: 7),
            CIFARLayout.File(name: "test.bin", split: .test, records: 5),
          ], classCounts: [2, 5], labelNames: ["coarse label", "fine label"],
          digests: (train: digest(["one.bin", "two.bin"]), test: digest(["test.bin"]))), sha256: sha256),
      mirrors: mirrors, directoryNames: ["tiny", "TINY"], pickledNames: ["tiny-py", "tiny-python.tar.gz"],
      labelIndex: labelIndex, classNames: labelIndex == 0 ? ["x", "y"] : ["a", "b", "c", "d", "e"])
  }

  static func content(_ name: String) -> [UInt8] { (records[name] ?? []).flatMap { $0 } }

  /// The members of the archive, in another order than that of the samples.
  static var members: [(name: String, content: [UInt8])] {
    [
      ("./tiny-bin/names.txt", Array("a\nb\n".utf8)), ("./tiny-bin/two.bin", content("two.bin")),
      ("./tiny-bin/test.bin", content("test.bin")), ("./tiny-bin/one.bin", content("one.bin")),
    ]
  }

  static var archive: [UInt8] { IDXBytes.gzip(TarBytes.archive(members)) }

  private static let nowhere = DatasetContext(environment: [:])

  private static func unpack(into directory: String, names: [String] = ["one.bin", "two.bin", "test.bin"]) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for name in names { try Data(content(name)).write(to: URL(filePath: "\(directory)/\(name)")) }
  }

  private static func expectWhole(_ parts: [Dataset]) throws {
    #expect(parts.map(\.name) == ["tiny (train)", "tiny (test)"] && parts.map(\.count) == [19, 5])
    #expect(parts[0].shape == [32, 32, 3] && parts[0].classNames == ["a", "b", "c", "d", "e"])
    #expect(parts[0].labels == (0..<19).map { $0 % 5 } && parts[1].labels == (19..<24).map { $0 % 5 })
    // Planes become channels: the pixel in row 1, column 2 is the 34th of each plane.
    for (part, sample, index) in [(0, 0, 0), (0, 13, 13), (1, 4, 23)] {
      let pixels = try parts[part].pixels(sample)
      let record = Self.record(index)
      let start = (32 + 2) * 3
      let expected: [UInt8] = [record[2 + 34], record[2 + 1024 + 34], record[2 + 2048 + 34]]
      #expect(Array(pixels[start..<start + 3]) == expected)
      #expect(pixels.count == 3072)
    }
  }

  @Test("is read from the archive, packed or not, and from its files, wherever they are kept")
  func places() throws {
    let directory = try TemporaryDirectory()
    let splits: [DatasetSplit] = [.train, .test]
    let set = Self.set()
    for name in ["tiny-binary.tar.gz", "tiny-binary.tar"] {
      let place = "\(directory.path)/\(name)-place"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let bytes = name.hasSuffix(".gz") ? Self.archive : TarBytes.archive(Self.members)
      try Data(bytes).write(to: URL(filePath: "\(place)/\(name)"))
      try Self.expectWhole(set.load(splits, place, Self.nowhere))
      #expect(set.status(place, Self.nowhere) == "in \(place)/\(name)")
    }
    for below in ["", "/tiny-bin", "/tiny", "/tiny/tiny-bin", "/TINY/tiny-bin"] {
      let place = try TemporaryDirectory()
      try Self.unpack(into: place.path + below)
      try Self.expectWhole(set.load(splits, place.path, Self.nowhere))
      let data = DatasetContext(environment: ["MARTLET_DATA": place.path])
      try Self.expectWhole(set.load(splits, nil, data))
      #expect(set.status(nil, data) == "in \(place.path)\(below)" && set.isOnThisMachine(nil, data))
      try FileManager.default.createSymbolicLink(atPath: "\(place.path)/datasets", withDestinationPath: place.path)
      try Self.expectWhole(set.load(splits, nil, DatasetContext(environment: ["KERAS_HOME": place.path])))
    }
  }

  @Test("needs only the files of the requested split, and has either label")
  func parts() throws {
    let directory = try TemporaryDirectory()
    try Self.unpack(into: directory.path, names: ["test.bin"])
    #expect(try Self.set().loadInputs(.test, directory.path, Self.nowhere).count == 5)
    let coarse = try Self.set(labelIndex: 0).load([.test], directory.path, Self.nowhere)[0]
    #expect(coarse.labels == (19..<24).map { $0 % 2 } && coarse.classNames == ["x", "y"])
    #expect {
      try Self.set().load([.train], directory.path, Self.nowhere)
    } throws: {
      "\($0)"
        == "\(directory.path): has neither 'tiny-binary.tar.gz' nor its files ('tiny-bin/one.bin'…). Put it there, or "
        + "name the directory that has it."
    }
    try Self.unpack(into: directory.path, names: ["one.bin"])
    #expect {
      try Self.set().load([.train], directory.path, Self.nowhere)
    } throws: {
      "\($0)" == "\(directory.path): has no file 'two.bin'. Put it there, or name the directory that has it."
    }
    #expect {
      try Self.set().load([.train], "/nowhere", Self.nowhere)
    } throws: {
      "\($0)" == "/nowhere: cannot be read: no such directory."
    }
  }

  @Test("is accepted in any order of the images, but not with other images or labels")
  func order() throws {
    let directory = try TemporaryDirectory()
    try Self.unpack(into: directory.path)
    let swapped = (Self.records["one.bin"] ?? []).reversed().flatMap { $0 }
    _ = try directory.write(swapped, to: "one.bin")
    #expect(try Self.set().load([.train], directory.path, Self.nowhere)[0].labels?.first == 11 % 5)
    for (index, byte) in [(1, UInt8(3)), (500, swapped[500] ^ 1)] {
      var changed = swapped
      changed[index] = byte
      _ = try directory.write(changed, to: "one.bin")
      #expect {
        try Self.set().load([.train], directory.path, Self.nowhere)
      } throws: {
        "\($0)"
          == "\(directory.path) (one.bin, two.bin): its contents are not those of the published 'tiny': it is corrupt, "
          + "or of another data set."
      }
    }
  }

  /// Changes to an archive's members, and the message after its path.
  static let damage: [(change: @Sendable (inout [(name: String, content: [UInt8])]) -> Void, reason: String)] = [
    ({ $0.removeLast() }, ": has no 'one.bin': it is not the published tiny-binary.tar.gz."),
    (
      { $0[1].content.removeLast() },
      ", './tiny-bin/two.bin': truncated: it has 21517 bytes, 7 records of 3074 bytes are 21518."
    ),
    (
      { $0[1].content.append(0) },
      ", './tiny-bin/two.bin': too long: it has 21519 bytes, 7 records of 3074 bytes are 21518."
    ),
    ({ $0.append($0[1]) }, ", './tiny-bin/two.bin': it is there twice."),
    (
      { $0[1].content[2 * 3074 + 1] = 5 },
      ", './tiny-bin/two.bin': the fine label of record 2 is 5, at most 4 is valid: it is corrupt, or not in the binary layout "
        + "of CIFAR."
    ),
    (
      { $0[1].content[100] ^= 1 },
      ": its contents are not those of the published 'tiny': it is corrupt, or of another data set."
    ),
  ]

  @Test("in a damaged archive is refused", arguments: damage.indices)
  func damagedArchive(index: Int) throws {
    let directory = try TemporaryDirectory()
    var members = Self.members
    Self.damage[index].change(&members)
    let path = try directory.write(IDXBytes.gzip(TarBytes.archive(members)), to: "tiny-binary.tar.gz")
    #expect {
      try Self.set().load([.train], directory.path, Self.nowhere)
    } throws: {
      "\($0)" == path + Self.damage[index].reason
    }
  }

  @Test("is accepted in the published archive, whatever the digests of its images")
  func publishedArchive() throws {
    let directory = try TemporaryDirectory()
    var members = Self.members
    members[1].content[100] ^= 1
    let bytes = IDXBytes.gzip(TarBytes.archive(members))
    _ = try directory.write(bytes, to: "tiny-binary.tar.gz")
    let sha256 = SHA256.digest(bytes).hexadecimal
    #expect(try Self.set(sha256: sha256).load([.train], directory.path, Self.nowhere)[0].count == 19)
  }

  @Test(
    "as Python pickles is not read, and the message names the binary archive",
    arguments: ["tiny-py", "tiny-python.tar.gz"])
  func pickles(name: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([0x80, 2], to: name)
    #expect {
      try Self.set().load([.train], directory.path, Self.nowhere)
    } throws: {
      "\($0)"
        == "\(path): this is Python's pickled form of 'tiny', which is not read. Put the binary form, tiny-binary.tar.gz "
        + "(https://example.org/tiny-binary.tar.gz), packed or unpacked, into \(directory.path)."
    }
    var context = DatasetContext(environment: ["MARTLET_DATA": directory.path, "HOME": directory.path])
    context.canFetch = false
    #expect(
      Self.set().status(nil, context)
        == "not on this machine; downloaded when needed (\(path) is Python's pickled form, which is not read)")
    #expect {
      try Self.set().load([.train], nil, context)
    } throws: {
      "\($0)".contains("\n  downloading is disabled: 'martlet data fetch tiny' downloads it\n")
        && "\($0)".contains("\n  \(path): Python's pickled form, which is not read\n")
        && "\($0)".contains("(from https://example.org/tiny-binary.tar.gz)")
    }
  }

  @Test("is downloaded once, and again if it is corrupt")
  func downloading() throws {
    let home = try TemporaryDirectory()
    let requests = Mutex<[String]>([])
    let server = try LoopbackServer { path in
      requests.withLock { $0.append(path) }
      return LoopbackServer.response("200 OK", headers: "ETag: \"1\"\r\n", body: Self.archive)
    }
    let context = DatasetContext(environment: ["XDG_CACHE_HOME": home.path], mirror: server.address)
    let path = "\(home.path)/martlet/tiny/tiny-binary.tar.gz"
    #expect(try Self.set().load([.train], nil, context)[0].count == 19)
    #expect(try Self.set().fetch(nil, context) == [path])
    #expect(requests.withLock { $0 } == ["/tiny-binary.tar.gz"])
    var corrupt = Self.archive
    corrupt[corrupt.count / 2] ^= 4
    try Data(corrupt).write(to: URL(filePath: path))
    #expect {
      try Self.set().load([.train], nil, context)
    } throws: {
      "\($0)".hasPrefix(path) && "\($0)".hasSuffix("; 'martlet data fetch tiny' replaces it.")
    }
    #expect(try Self.set().fetch(nil, context) == [path])
    #expect(Array(try Data(contentsOf: URL(filePath: path))) == Self.archive)
  }

  static let data = ProcessInfo.processInfo.environment["MARTLET_DATA"]
  static func isPresent(_ name: String, _ source: any PublishedSource) -> Bool {
    data != nil && source.isOnThisMachine(DatasetContext(environment: ["MARTLET_DATA": data ?? ""]))
  }

  @Test("10 is read as published", .enabled(if: isPresent("cifar10", CIFAR10Source()), "MARTLET_DATA has no cifar10"))
  func cifar10() throws {
    let context = DatasetContext(environment: ["MARTLET_DATA": try #require(Self.data)])
    let splits = try CIFAR10Source().load(context)
    #expect((splits.train.count, splits.test.count) == (50_000, 10_000))
    #expect(splits.train.classNames?.count == 10)
    for (part, count) in [(splits.train, 5000), (splits.test, 1000)] {
      #expect((0..<10).allSatisfy { label in part.labels?.filter { $0 == label }.count == count })
    }
  }

  @Test("100 has 5 fine labels in each coarse one")
  func names() {
    #expect(CIFAR100Source.fineNames.count == 100 && Set(CIFAR100Source.fineNames).count == 100)
    #expect(CIFAR100Source.fineNames == CIFAR100Source.fineNames.sorted())
    #expect(CIFAR100Source.coarseNames.count == 20)
  }
}
