import Digests
import DurableFiles
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Datasets

/// A server of one file, which closes connections early and sends parts of files, or not.
final class UnreliableServer: Sendable {
  struct Behavior: Sendable {
    var body: [UInt8]
    /// Lines such as `ETag: "1"\r\n`.
    var version = "ETag: \"1\"\r\n"
    /// The number of bytes of the body after which the connection is closed; nil for none.
    var cut: Int?
    var sendsParts = true
    /// A shift of the first byte that is sent instead of the requested one.
    var shift = 0
    /// The status if not 200 or 206.
    var status: String?
  }

  private let state: Mutex<(behavior: Behavior, requests: [[String: String]])>
  private let server = Mutex<LoopbackServer?>(nil)

  var address: String { server.withLock { $0?.address ?? "" } }
  /// The ranges of the requests so far.
  var ranges: [String] { state.withLock { $0.requests.map { $0["range"] ?? "all" } } }
  var conditions: [String] { state.withLock { $0.requests.compactMap { $0["if-range"] } } }

  init(_ behavior: Behavior) throws {
    state = Mutex((behavior, []))
    let server = try LoopbackServer { [weak self] _, connection in
      guard let self else { return }
      let behavior = state.withLock { state in
        state.requests.append(connection.headers)
        return state.behavior
      }
      connection.send(Self.answer(behavior, connection.headers))
    }
    self.server.withLock { $0 = server }
  }

  func change(_ body: (inout Behavior) -> Void) { state.withLock { body(&$0.behavior) } }

  private static func answer(_ behavior: Behavior, _ headers: [String: String]) -> [UInt8] {
    if let status = behavior.status {
      return LoopbackServer.response(status, headers: behavior.version, body: [])
    }
    let start = headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) }
    let isCurrent = headers["if-range"].map { behavior.version.contains(": \($0)\r\n") } ?? true
    let body = behavior.body
    guard let start, isCurrent, behavior.sendsParts else {
      return LoopbackServer.response(
        "200 OK", headers: behavior.version, body: Array(body.prefix(behavior.cut ?? .max)), length: body.count)
    }
    guard start < body.count else {
      let range = "Content-Range: bytes */\(body.count)\r\n"
      return LoopbackServer.response("416 Range Not Satisfiable", headers: range, body: [])
    }
    let first = start + behavior.shift
    let range = "Content-Range: bytes \(first)-\(body.count - 1)/\(body.count)\r\n"
    return LoopbackServer.response(
      "206 Partial Content", headers: behavior.version + range,
      body: Array(body[first...].prefix(behavior.cut ?? .max)), length: body.count - first)
  }
}

@Suite("Interrupted downloads", .serialized)
struct ResumedDownloadTests {
  private typealias Behavior = UnreliableServer.Behavior

  /// Incompressible, so that the gzip file has about the same size.
  static let content: [UInt8] = {
    var state: UInt64 = 7
    return (0..<100_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }()
  static let packed = IDXBytes.gzip(content)
  static let file = PublishedFile(
    name: "data", size: content.count, sha256: SHA256.digest(content).hexadecimal)

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func download(_ server: UnreliableServer, resumptions: Int = 20) throws -> String {
    var limits = DownloadTests.patient
    limits.resumptions = resumptions
    let download = DatasetDownload(
      dataset: "tiny", directory: directory.path, mirrors: [server.address], progress: { _ in }, limits: limits)
    return try download.fetch(Self.file)
  }

  private func expectWhole(_ path: String) throws {
    #expect(path == "\(directory.path)/data.gz")
    #expect(Array(try Data(contentsOf: URL(filePath: path))) == Self.packed)
    #expect(directory.names == ["data.gz"])
  }

  /// Leaves a partial download of a number of bytes.
  private func interrupt(_ server: UnreliableServer, after count: Int) throws {
    server.change { $0.cut = count }
    #expect(throws: DatasetError.self) { try download(server, resumptions: 0) }
    #expect(directory.names == ["data.gz.part", "data.gz.part.source"])
    server.change { $0.cut = nil }
  }

  @Test(
    "are resumed several times", arguments: ["ETag: \"1\"\r\n", "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"])
  func severalCuts(version: String) throws {
    let server = try UnreliableServer(Behavior(body: Self.packed, version: version, cut: 30_000))
    try expectWhole(try download(server))
    #expect(server.ranges == ["all", "bytes=30000-", "bytes=60000-", "bytes=90000-"])
    #expect(server.conditions.count == 3 && server.conditions.allSatisfy { version.contains($0) })
  }

  @Test("are resumed by a later process, and the message states what is kept")
  func laterProcess() throws {
    let server = try UnreliableServer(Behavior(body: Self.packed, cut: 40_000))
    let error = #expect(throws: DatasetError.self) { try download(server, resumptions: 0) }
    #expect(
      error.map { "\($0)" }?.contains(
        "\n  \(directory.path)/data.gz.part: 40000 bytes are kept, from which the next download resumes\n") ?? false)
    server.change { $0.cut = nil }
    try expectWhole(try download(server))
    #expect(server.ranges == ["all", "bytes=40000-"])
  }

  @Test("start again if the server has another version")
  func changed() throws {
    let other = IDXBytes.gzip(Self.content.reversed())
    let server = try UnreliableServer(Behavior(body: other))
    try interrupt(server, after: 50_000)
    server.change { ($0.body, $0.version) = (Self.packed, "ETag: \"2\"\r\n") }
    try expectWhole(try download(server))
    #expect(server.ranges == ["all", "bytes=50000-"])
  }

  @Test("start again if the server sends no parts, and end if it never sends more")
  func withoutParts() throws {
    let server = try UnreliableServer(Behavior(body: Self.packed, cut: 50_000, sendsParts: false))
    #expect(throws: DatasetError.self) { try download(server) }
    #expect(server.ranges == ["all", "bytes=50000-"])
    server.change { $0.cut = nil }
    try expectWhole(try download(server))
  }

  @Test("start again if the server sends another part than the requested one, or a part of another version")
  func wrongPart() throws {
    let server = try UnreliableServer(Behavior(body: Self.packed))
    try interrupt(server, after: 50_000)
    server.change { $0.shift = 1 }
    try expectWhole(try download(server))
    #expect(server.ranges == ["all", "bytes=50000-", "all"])
  }

  @Test("are complete, or start again, if the server has no further bytes (416)")
  func noFurtherBytes() throws {
    let server = try UnreliableServer(Behavior(body: Self.packed))
    try interrupt(server, after: 50_000)
    // The process ended after the last byte, before the file was renamed.
    _ = try directory.write(Self.packed, to: "data.gz.part")
    try expectWhole(try download(server))
    #expect(server.ranges == ["all", "bytes=\(Self.packed.count)-"])
    try FileManager.default.removeItem(atPath: "\(directory.path)/data.gz")
    try interrupt(server, after: 50_000)
    _ = try directory.write(Self.packed + [1, 2, 3], to: "data.gz.part")
    try expectWhole(try download(server))
    #expect(server.ranges.suffix(2) == ["bytes=\(Self.packed.count + 3)-", "all"])
  }

  @Test("start again if what was kept is corrupt")
  func corruptPart() throws {
    let server = try UnreliableServer(Behavior(body: Self.packed))
    try interrupt(server, after: 50_000)
    _ = try directory.write([UInt8](repeating: 0, count: 50_000), to: "data.gz.part")
    try expectWhole(try download(server))
    #expect(server.ranges == ["all", "bytes=50000-", "all"])
    // Without its source it is not resumed.
    try FileManager.default.removeItem(atPath: "\(directory.path)/data.gz")
    _ = try directory.write(Array(Self.packed[..<1000]), to: "data.gz.part")
    try expectWhole(try download(server))
    #expect(server.ranges.last == "all")
  }

  @Test("are kept while the server fails")
  func failingServer() throws {
    let server = try UnreliableServer(Behavior(body: Self.packed))
    try interrupt(server, after: 50_000)
    for status in ["503 Service Unavailable", "404 Not Found"] {
      server.change { $0.status = status }
      #expect(throws: DatasetError.self) { try download(server) }
      #expect(directory.names == ["data.gz.part", "data.gz.part.source"])
    }
    server.change { $0.status = nil }
    try expectWhole(try download(server))
    #expect(server.ranges.last == "bytes=50000-")
  }

  @Test(
    "are not kept if the server does not name its version, or with a weak ETag",
    arguments: ["", "ETag: W/\"1\"\r\n", "ETag: 1\r\n"])
  func withoutVersion(version: String) throws {
    let server = try UnreliableServer(Behavior(body: Self.packed, version: version, cut: 50_000))
    #expect(throws: DatasetError.self) { try download(server) }
    #expect(server.ranges == ["all"] && directory.names.isEmpty)
  }

  @Test("of a file of the wrong length fail, and leave nothing")
  func wrongLength() throws {
    let server = try LoopbackServer { _ in
      LoopbackServer.response(
        "200 OK", headers: "ETag: \"1\"\r\n", body: Self.packed, length: Self.packed.count - 1000)
    }
    let download = DatasetDownload(
      dataset: "tiny", directory: directory.path, mirrors: [server.address], progress: { _ in },
      limits: DownloadTests.patient)
    let error = #expect(throws: DatasetError.self) { try download.fetch(Self.file) }
    #expect(error.map { "\($0)" }?.contains("the downloaded file is corrupt: truncated gzip data") ?? false)
    #expect(directory.names.isEmpty)
  }

  @Test("of two processes wait for each other, and download once")
  func twoProcesses() async throws {
    let server = try UnreliableServer(Behavior(body: Self.packed))
    let hasWaited = Mutex(false)
    let first = try PartialDownload(of: "\(directory.path)/data.gz") {}
    let path = directory.path
    async let second = Task {
      let download = DatasetDownload(
        dataset: "tiny", directory: path, mirrors: [server.address],
        progress: { line in hasWaited.withLock { $0 = $0 || line.hasPrefix("Waiting for another process") } },
        limits: DownloadTests.patient)
      return try download.fetch(Self.file)
    }.value
    while !hasWaited.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
    try first.append(Self.packed)
    try first.move(to: "\(path)/data.gz")
    first.close()
    try expectWhole(try await second)
    #expect(server.ranges.isEmpty)
  }

  /// Content-Range, and what it states.
  static let ranges: [(text: String, first: Int?, total: Int?, isValid: Bool)] = [
    ("bytes 5-9/10", 5, 10, true), ("bytes 0-0/*", 0, nil, true), ("bytes */10", nil, 10, true),
    ("Bytes 5-9/10", 5, 10, true), ("bytes 9-5/10", nil, nil, false), ("bytes 5/10", nil, nil, false),
    ("lines 5-9/10", nil, nil, false), ("bytes -5-9/10", nil, nil, false), ("", nil, nil, false),
    ("bytes 5-9/x", nil, nil, false), ("bytes 5-99999999999999999999/10", nil, nil, false),
  ]

  @Test("read Content-Range", arguments: ranges.indices)
  func contentRange(index: Int) {
    let (text, first, total, isValid) = Self.ranges[index]
    let range = DownloadAnswer.range(text)
    #expect((range != nil) == isValid)
    #expect(range?.first == first && range?.total == total)
  }
}
