import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import EventFiles

@Suite("Event files of TensorBoard")
struct EventFileTests {
  @Test(
    "have the checksums of RFC 3720",
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8a91_36aa), ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
      (Array(0..<32), 0x46dd_794e), (Array((0..<32).reversed()), 0x113f_db5c), (Array("123456789".utf8), 0xe306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func checksums(bytes: [UInt8], expected: UInt32) { #expect(CRC32C.checksum(of: bytes) == expected) }

  @Test("mask them as TensorBoard's own reader expects")
  func masking() {
    // From tensorboard/data/server/masked_crc.rs.
    #expect(CRC32C.masked([0x1a, 0x11] + "CRC test, one two".utf8) == 0x5794_d08a)
  }

  @Test("have records as TensorFlow writes them")
  func records() {
    let event = Event(wallTime: 1.5, step: 300, content: .summary(Summary("epoch_loss", step: 300, .number(-1.5))))
    let message: [UInt8] =
      [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0xac, 0x02, 0x2a, 0x13, 0x0a, 0x11, 0x0a, 0x0a]
      + Array("epoch_loss".utf8) + [0x15, 0, 0, 0xc0, 0xbf]
    #expect(event.serializedBytes == message)
    // The checksums are those that TensorBoard's masked_crc32c computes.
    let heading: [UInt8] = [33, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x7b, 0xec, 0xf6]
    #expect(event.record == heading + message + [0xc6, 0x04, 0x98, 0x12])
    let start = Event(wallTime: 0, step: 7, content: .sessionStart)
    #expect(start.serializedBytes == [0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x07, 0x3a, 0x02, 0x08, 0x01])
  }

  @Test("start with their version, and with the step from which they replace earlier ones")
  func heading() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/logs/train"
    #expect(!EventFile.exist(inDirectory: path))
    let file = try EventFile(inDirectory: path, startingAt: 3)
    try file.append([Summary("a", step: 3, .number(1))])
    try file.append([Summary("a", step: 4, .number(2)), Summary("b", step: 4, .number(.nan))])
    #expect(EventFile.exist(inDirectory: path) && file.isInPlace)
    let read = try EventRecords(file.path)
    #expect(read.events.count == 5 && read.starts == [3])
    #expect(read.events[0].texts(3) == ["brain.Event:2"])
    #expect(read.points.map(\.tag) == ["a", "a", "b"] && read.points.map(\.step) == [3, 4, 4])
    #expect(read.points[1].number == 2 && read.points[2].number?.isNaN == true)
    for record in read.records {
      let (count, message) = (record.prefix(8), record.dropFirst(12).dropLast(4))
      func stated(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
      #expect(CRC32C.masked(count) == stated(record.dropFirst(8).prefix(4)))
      #expect(CRC32C.masked(message) == stated(record.suffix(4)))
    }
  }

  @Test("have names after those of all earlier ones, even of hosts whose clocks are ahead")
  func order() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write("", to: "events.out.tfevents.5000000000.zebra.1.0.v2")
    _ = try directory.write("", to: "notes.txt")
    _ = try directory.write("", to: "tfevents.later")
    _ = try directory.write("", to: "other.tfevents.\(Int.max).host")
    for _ in 0..<3 { try EventFile(inDirectory: directory.path, startingAt: 0).append([]) }
    let names = directory.names.filter { $0.hasPrefix("events") }
    #expect(names.count == 4 && names.first?.contains("zebra") == true)
    let mine = #/events\.out\.tfevents\.500000000[123]\.[^\/]+\.\d+\.0/#
    #expect(names.dropFirst().allSatisfy { $0.wholeMatch(of: mine) != nil }, "\(names)")
  }

  @Test("that were removed, or cannot be created, are errors")
  func faults() throws {
    let directory = try TemporaryDirectory()
    let file = try EventFile(inDirectory: directory.path, startingAt: 0)
    try FileManager.default.removeItem(atPath: file.path)
    #expect(!file.isInPlace)
    #expect(throws: FileError.self) { try file.append([Summary("a", step: 0, .number(1))]) }
    let occupied = try directory.write("", to: "file")
    #expect(throws: FileError.self) { try EventFile(inDirectory: occupied, startingAt: 0) }
  }

  @Test("have histograms of 30 buckets with all values")
  func histograms() throws {
    let values = (0...60).map { Float($0) }
    let histogram = try #require(Histogram(values))
    #expect(histogram.range == 0...60)
    // Each has its lower limit; the last one also its upper one.
    #expect(histogram.counts == [Double](repeating: 2, count: 29) + [3])
    let fields = try MessageFields(histogram.serializedBytes)
    #expect(fields.texts(6).count == 1 && fields.texts(7).count == 1)
    let equal = try #require(Histogram([2, 2, 2]))
    #expect(equal.range == 1.5...2.5)
    #expect(equal.counts[15] == 3 && equal.counts.reduce(0, +) == 3)
    let wide = try #require(Histogram([-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude]))
    #expect(wide.counts[0] == 1 && wide.counts[15] == 1 && wide.counts[29] == 1)
    for wrong in [[], [1, .nan], [.infinity], [-.infinity, 0]] as [[Float]] { #expect(Histogram(wrong) == nil) }
  }
}
