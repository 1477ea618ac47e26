import DurableFiles
import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Datasets

@Suite("The cache of decoded samples")
struct SampleCacheTests {
  private struct Broken: Error, Equatable { let sample: Int }

  private static let description = SampleCacheFile.Description(
    source: "test", shape: [3, 2], element: .float32, count: 500_000)

  private static func fill(_ sample: Int, _ output: UnsafeMutableRawPointer) {
    for value in 0..<6 {
      output.storeBytes(of: Float(sample) + Float(value) / 8, toByteOffset: 4 * value, as: Float.self)
    }
  }

  private static let context = DatasetContext(environment: [:])

  @Test("has the same bytes whatever the number of threads, and is written once", arguments: [1, 3])
  func threads(count: Int) throws {
    let directory = try TemporaryDirectory()
    let file = SampleCacheFile(Self.description, in: "\(directory.path)/new/decoded")
    #expect(file.open(Self.context) == nil)
    let inputs = try file.inputs(threads: count, Self.context) { Self.fill($0, $1) }
    #expect(inputs.element == .float32)
    for sample in [0, 1, 174_762, 174_763, 499_999] {
      for value in 0..<6 {
        let stored = inputs.start.loadUnaligned(fromByteOffset: (sample * 6 + value) * 4, as: Float.self)
        #expect(stored == Float(sample) + Float(value) / 8)
      }
    }
    let again = try file.inputs(threads: count, Self.context) { _, _ in Issue.record("written again") }
    #expect(again.file.bytes.elementsEqual(inputs.file.bytes))
  }

  @Test("is absent after an error, which is that of the first block that failed")
  func failure() throws {
    let directory = try TemporaryDirectory()
    let file = SampleCacheFile(Self.description, in: directory.path)
    #expect(throws: Broken(sample: 400_000)) {
      try file.inputs(threads: 2, Self.context) { sample, output in
        if sample >= 400_000 { throw Broken(sample: sample) }
        Self.fill(sample, output)
      }
    }
    #expect(directory.names.isEmpty)
  }

  @Test(
    "is replaced if it is corrupt, truncated or of other data",
    arguments: ["bit", "table", "header", "short", "empty", "text"])
  func corrupt(fault: String) throws {
    let directory = try TemporaryDirectory()
    let description = SampleCacheFile.Description(source: "a", shape: [5], element: .uint8, count: 40)
    let file = SampleCacheFile(description, in: directory.path)
    func fill() throws -> (bytes: [UInt8], calls: Int) {
      let calls = Mutex(0)
      let inputs = try file.inputs(threads: 1, Self.context) { sample, output in
        calls.withLock { $0 += 1 }
        for value in 0..<5 { output.storeBytes(of: UInt8(5 * sample + value), toByteOffset: value, as: UInt8.self) }
      }
      return (Array(UnsafeRawBufferPointer(start: inputs.start, count: 200)), calls.withLock { $0 })
    }
    #expect(try fill().calls == 40)
    var bytes = try AtomicFile.read(file.path)
    switch fault {
    case "bit": bytes[4096 + 77] ^= 4
    case "table": bytes[bytes.count - 1] ^= 1
    case "header": bytes[3] ^= 1
    case "short": bytes.removeLast()
    case "empty": bytes = []
    default: bytes = Array("something else".utf8)
    }
    try AtomicFile.write(bytes, to: file.path)
    let (content, calls) = try fill()
    #expect(calls == 40 && content == (0..<200).map { UInt8($0) })
    #expect(try fill().calls == 0)
  }

  @Test("needs room on the disk before anything is decoded")
  func room() throws {
    let directory = try TemporaryDirectory()
    let description = SampleCacheFile.Description(source: "a", shape: [1 << 20], element: .float32, count: 1 << 30)
    let error = #expect(throws: DatasetError.self) {
      try SampleCacheFile(description, in: directory.path).inputs(threads: 1, Self.context) { _, _ in
        Issue.record("decoded")
      }
    }
    #expect(error.map { "\($0)".contains("bytes are needed, the file system has") } ?? false)
    #expect(directory.names.isEmpty)
  }

  @Test("in a directory that cannot be written says what to do")
  func unwritable() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write("a file", to: "cache")
    let description = SampleCacheFile.Description(source: "a", shape: [4], element: .uint8, count: 3)
    let error = #expect(throws: DatasetError.self) {
      try SampleCacheFile(description, in: "\(directory.path)/cache").inputs(threads: 1, Self.context) { _, _ in }
    }
    #expect(
      "\(try #require(error))".replacing(directory.path, with: "D")
        == "D/cache: cannot be created as a directory: a file of that name exists. Decoded samples are kept there "
        + "(data.cache: disk). Set XDG_CACHE_HOME to a directory that can be written and has room, or choose "
        + "data.cache: memory.")
  }

  @Test("loses the files of contents that its source had before, unless they are in use")
  func outdated() throws {
    let directory = try TemporaryDirectory()
    func write(_ source: String, place: String?, contents: String) throws -> MappedInputs {
      let origin = place.map { SampleCacheFile.Origin(place: $0, contents: contents) }
      let description = SampleCacheFile.Description(
        source: source, shape: [4], element: .uint8, count: 3, origin: origin)
      return try SampleCacheFile(description, in: directory.path).inputs(threads: 1, Self.context) { _, output in
        output.storeBytes(of: 0, as: UInt32.self)
      }
    }
    func files(_ inputs: [MappedInputs]) -> Set<String> {
      Set(inputs.map { $0.file.path.split(separator: "/").last.map(String.init) ?? "" })
    }
    _ = try write("a of old photos", place: "photos", contents: "old")
    let kept = [
      try write("old photos in use", place: "photos", contents: "old"),
      try write("other photos", place: "others", contents: "old"),
      try write("no origin", place: nil, contents: ""),
      try write("new photos", place: "photos", contents: "new"),
      // Another preparation of the same contents.
      try write("small new photos", place: "photos", contents: "new"),
    ]
    #expect(Set(directory.names) == files(kept))
    withExtendedLifetime(kept) {}
  }

  @Test("distinguishes sources, shapes, types and counts")
  func names() {
    let descriptions = [
      SampleCacheFile.Description(source: "a", shape: [4], element: .uint8, count: 3),
      SampleCacheFile.Description(source: "b", shape: [4], element: .uint8, count: 3),
      SampleCacheFile.Description(source: "a", shape: [2, 2], element: .uint8, count: 3),
      SampleCacheFile.Description(source: "a", shape: [4], element: .float32, count: 3),
      SampleCacheFile.Description(source: "a", shape: [4], element: .uint8, count: 4),
    ]
    #expect(Set(descriptions.map { SampleCacheFile($0, in: "/x").path }).count == 5)
  }
}

@Suite("The index of examined files")
struct FileIndexTests {
  @Test("keeps values on disk, and merges those of other processes")
  func keeping() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/index/files"
    let (first, second) = (FileIndex(path: path), FileIndex(path: path))
    #expect(first["a\nkey"] == nil && second["other"] == nil)
    first.record([("a\nkey", "one two"), ("b", "2")])
    second.record([("other", "3"), ("b", "4")])
    let third = FileIndex(path: path)
    #expect(third["a\nkey"] == "one two" && third["b"] == "4" && third["other"] == "3" && third["x"] == nil)
    #expect(second["a\nkey"] == "one two" && first["b"] == "2")
    // Without a file, values live as long as the index.
    let memory = FileIndex(path: nil)
    memory.record([("a", "1")])
    #expect(memory["a"] == "1")
  }

  @Test("that is corrupt counts as empty, and is replaced")
  func corrupt() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/files"
    FileIndex(path: path).record([("a", "1"), ("b", "2")])
    let good = try AtomicFile.read(path)
    for position in good.indices {
      var bytes = good
      bytes[position] ^= 1
      try Data(bytes).write(to: URL(filePath: path))
      #expect(FileIndex(path: path)["a"] == nil, "\(position)")
      try Data(good[..<position]).write(to: URL(filePath: path))
      #expect(FileIndex(path: path)["a"] == nil, "\(position)")
    }
    let index = FileIndex(path: path)
    index.record([("c", "3")])
    #expect(FileIndex(path: path)["c"] == "3")
    // What cannot be written is computed again.
    let lost = FileIndex(path: "\(path)/below/a/file")
    lost.record([("a", "1")])
    #expect(lost["b"] == nil)
  }

  @Test("of mapped contents is used until the file changes")
  func contents() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([1, 2, 3], to: "data")
    let index = FileIndex(path: "\(directory.path)/files")
    // Nothing is remembered of a file system in memory.
    let known = try MappedFile(path: path, now: .max).hasTellingStamp ? 0 : 1
    func result(_ what: String = "sum", part: String = "x", now: Int = .max) throws -> (String, Int) {
      let content = MappedContent(of: try MappedFile(path: path, now: now), part: part, index: index) { _ in }
      let calls = Mutex(0)
      let value = content.result(what) { _ in
        calls.withLock { $0 += 1 }
        return "6"
      }
      return (value, calls.withLock { $0 })
    }
    // A file that has just changed may change again without another time.
    #expect(try result(now: 0) == ("6", 1))
    #expect(try result() == ("6", 1))
    #expect(try result() == ("6", known))
    #expect(try result("other") == ("6", 1))
    #expect(try result(part: "y") == ("6", 1))
    try Data([1, 2, 4]).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
    #expect(try result() == ("6", 1))
    #expect(try result() == ("6", known))
    // A file that changes while it is examined is not remembered.
    let content = MappedContent(of: try MappedFile(path: path, now: .max), part: "x", index: index) { _ in }
    _ = try content.result("changing") { _ in
      try Data([1, 2, 5]).write(to: URL(filePath: path))
      return "7"
    }
    #expect(try result("changing") == ("6", 1))
  }

  /// As numpy.memmap writes: only the first write to a page changes the file's time, until the page is on the disk.
  @Test("of mapped contents is not used after a write through another mapping", arguments: [false, true])
  func writtenMapping(isInMemory: Bool) throws {
    let directory = try TemporaryDirectory()
    let path = isInMemory ? "/dev/shm/martlet-\(UUID().uuidString)" : "\(directory.path)/data"
    defer { unlink(path) }
    try Data(count: 4096).write(to: URL(filePath: path))
    let descriptor = open(path, O_RDWR)
    let mapping = try #require(mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0))
    defer { munmap(mapping, 4096) }
    close(descriptor)
    let index = FileIndex(path: nil)
    var identities: Set<String> = []
    for value in UInt8(1)...4 {
      mapping.storeBytes(of: value, as: UInt8.self)
      let file = try MappedFile(path: path, now: .max)
      let content = MappedContent(of: file, part: "x", index: index) { _ in }
      #expect(content.result("first byte") { _ in "\(file.bytes[0])" } == "\(value)")
      #expect(identities.insert(file.contentsIdentity).inserted && file.isUnchanged(since: file.contentsIdentity))
      // Longer than the steps of the kernel's clock.
      usleep(20_000)
    }
  }

  @Test("has no part in files that change while they are converted")
  func changingSource() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([1, 2, 3], to: "data")
    let file = try MappedFile(path: path, now: .max)
    let contents = file.contentsIdentity
    #expect(file.isUnchanged(since: contents))
    try Data([1, 2, 4]).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
    #expect(!file.isUnchanged(since: contents))
  }
}
