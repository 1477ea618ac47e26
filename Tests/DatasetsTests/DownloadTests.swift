import Digests
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Datasets

@Suite("Downloads", .serialized)
struct DownloadTests {
  static let content = Array("what the file holds".utf8)
  static let file = PublishedFile(
    name: "data", size: content.count, sha256: SHA256.digest(content).hexadecimal)

  /// Limits that even slow machines meet.
  static let patient = DownloadLimits(deadline: 3600, window: 3600, windowBytes: 1)

  private func download(
    _ directory: TemporaryDirectory, _ mirrors: [String], limits: DownloadLimits = Self.patient
  ) throws -> String {
    let download = DatasetDownload(
      dataset: "tiny", directory: "\(directory.path)/cache/tiny", mirrors: mirrors, progress: { _ in }, limits: limits)
    return try download.fetch(Self.file)
  }

  private func files(_ directory: TemporaryDirectory) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/cache/tiny")) ?? []
  }

  @Test("are verified and stored unchanged")
  func success() throws {
    let directory = try TemporaryDirectory()
    let packed = IDXBytes.gzip(Self.content)
    let requests = Mutex(0)
    let server = try LoopbackServer { path in
      requests.withLock { $0 += 1 }
      return path == "/data.gz"
        ? LoopbackServer.response("200 OK", body: packed) : LoopbackServer.response("404 Not Found", body: [])
    }
    let path = try download(directory, [server.address])
    let kept = try Data(contentsOf: URL(filePath: path))
    #expect(Array(kept) == packed)
    #expect(files(directory) == ["data.gz"])
    // Existing files are not downloaded again.
    #expect(try download(directory, [server.address]) == path)
    #expect(requests.withLock { $0 } == 1)
    // Corrupt files are.
    try Data(packed.dropLast(9)).write(to: URL(filePath: path))
    #expect(try download(directory, [server.address]) == path)
    #expect(Array(try Data(contentsOf: URL(filePath: path))) == packed)
  }

  @Test("that fail leave no files, and report the reason for each mirror")
  func failures() throws {
    let directory = try TemporaryDirectory()
    let packed = IDXBytes.gzip(Self.content)
    let missing = try LoopbackServer { _ in LoopbackServer.response("404 Not Found", body: Array("no".utf8)) }
    let wrong = try LoopbackServer { _ in
      LoopbackServer.response("200 OK", body: IDXBytes.gzip(Array("something else".utf8)))
    }
    let page = try LoopbackServer { _ in LoopbackServer.response("200 OK", body: Array("<html>".utf8)) }
    let bomb = try LoopbackServer { _ in
      LoopbackServer.response("200 OK", body: IDXBytes.gzip([UInt8](repeating: 0, count: 5 << 20)))
    }
    let cut = try LoopbackServer { _ in
      LoopbackServer.response("200 OK", body: Array(packed.dropLast(5)), length: packed.count)
    }
    let mirrors = [
      missing.address, wrong.address, page.address, bomb.address, cut.address, "http://127.0.0.1:1/",
      "ftp://127.0.0.1/",
    ]
    let error = #expect(throws: DatasetError.self) { try download(directory, mirrors) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.hasPrefix("the data set 'tiny' is not on this machine and could not be downloaded:\n"))
    #expect(message.contains("\(missing.address)data.gz: the server answered 404\n"))
    #expect(message.contains("\(wrong.address)data.gz: checksum mismatch: SHA-256 "))
    #expect(
      message.contains(
        "\(page.address)data.gz: the downloaded file is corrupt: not a gzip file, but a web page (HTML)\n"))
    #expect(
      message.contains(
        "\(bomb.address)data.gz: the downloaded file is corrupt: it decompresses to more than 19 bytes\n"))
    #expect(message.contains("\(cut.address)data.gz: "))
    #expect(message.contains("http://127.0.0.1:1/data.gz: "))
    #expect(message.contains("ftp://127.0.0.1/data.gz: not an http or https address\n"))
    #expect(message.contains("Either put the files into \(directory.path)/cache/tiny by hand"))
    #expect(message.hasSuffix("or name a directory that has them."))
    #expect(files(directory).isEmpty)
  }

  @Test("continue with the next mirror when one fails")
  func nextMirror() throws {
    let directory = try TemporaryDirectory()
    let packed = IDXBytes.gzip(Self.content)
    let missing = try LoopbackServer { _ in LoopbackServer.response("500 Oops", body: []) }
    let good = try LoopbackServer { _ in LoopbackServer.response("200 OK", body: packed) }
    #expect(try download(directory, [missing.address, good.address]).hasSuffix("/data.gz"))
  }
  /// A server that never completes its response: what it sends after the request, the limits, and the reason for
  /// aborting.
  struct Endless: Sendable {
    let name: String
    let limits: DownloadLimits
    let reason: String
    let conversation: LoopbackServer.Conversation
  }

  private static let heading = Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8)

  static let endless = [
    Endless(
      name: "no answer", limits: DownloadLimits(deadline: 3600, window: 0.1, windowBytes: 1),
      reason: "aborted: no data received for "
    ) { _, connection in connection.waitForClose() },
    Endless(
      name: "no more of its answer", limits: DownloadLimits(deadline: 3600, window: 0.1, windowBytes: 0),
      reason: "aborted: no data received for "
    ) { _, connection in
      connection.send(heading + [0x1f])
      connection.waitForClose()
    },
    Endless(
      // Too slow, or on a busy machine no byte in the first window: `pace` tells them apart.
      name: "a byte now and then", limits: DownloadLimits(deadline: 3600, window: 0.1, windowBytes: 1 << 50),
      reason: "aborted"
    ) { _, connection in
      connection.send(heading)
      while connection.send([0x1f]) { usleep(10_000) }
    },
    Endless(
      name: "no end in time", limits: DownloadLimits(deadline: 0.2, window: 3600, windowBytes: 1),
      reason: "aborted after "
    ) { _, connection in
      connection.send(heading)
      while connection.send([0x1f]) { usleep(10_000) }
    },
    Endless(
      name: "no end at all", limits: patient, reason: "received more than the maximum of 65555 bytes"
    ) { _, connection in
      connection.send(heading)
      while connection.send([UInt8](repeating: 0x1f, count: 10_000)) {}
    },
    Endless(
      name: "a length that no good file has", limits: patient,
      reason: "the server announced 1099511627776 bytes, more than the maximum of 65555"
    ) { _, connection in
      connection.send(LoopbackServer.response("200 OK", body: [0x1f], length: 1 << 40))
      connection.waitForClose()
    },
    Endless(
      name: "a question for a password", limits: patient, reason: "the server requires a password (401)"
    ) { _, connection in
      let header = "WWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close"
      connection.send(Array("HTTP/1.1 401 Unauthorized\r\n\(header)\r\n\r\n".utf8))
    },
    Endless(
      name: "a redirection to itself", limits: patient, reason: "the server redirected too often"
    ) { path, connection in
      connection.send(Array("HTTP/1.1 302 Found\r\nLocation: \(path)\r\nContent-Length: 0\r\n\r\n".utf8))
    },
    Endless(
      name: "a redirection to a file", limits: patient,
      reason: "the server redirected "
    ) { _, connection in
      connection.send(
        Array("HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n".utf8))
    },
  ]

  @Test("are aborted when a server does not complete its response", arguments: endless.indices)
  func givingUp(index: Int) throws {
    let directory = try TemporaryDirectory()
    let (packed, server) = (IDXBytes.gzip(Self.content), Self.endless[index])
    let endless = try LoopbackServer(conversation: server.conversation)
    let error = #expect(throws: DatasetError.self) {
      try download(directory, [endless.address], limits: server.limits)
    }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains("\n  \(endless.address)data.gz: \(server.reason)"), "\(server.name): \(message)")
    #expect(files(directory).isEmpty)
    let good = try LoopbackServer { _ in LoopbackServer.response("200 OK", body: packed) }
    // The good server is not aborted, however slow the machine is.
    if server.limits == Self.patient {
      #expect(try download(directory, [endless.address, good.address]).hasSuffix("/data.gz"))
    }
  }

  @Test("that a server sends decompressed are stored decompressed")
  func contentEncoding() throws {
    let directory = try TemporaryDirectory()
    let packed = IDXBytes.gzip(Self.content)
    let server = try LoopbackServer { _ in
      let header = "Content-Encoding: gzip\r\nContent-Length: \(packed.count)\r\nConnection: close"
      return Array("HTTP/1.1 200 OK\r\n\(header)\r\n\r\n".utf8) + packed
    }
    let path = try download(directory, [server.address])
    #expect(try Self.file.isGood(path))
  }

  /// Bytes received, by seconds since the start; and the message at the last of them.
  static let paces: [(steps: [(seconds: Double, bytes: Int)], failure: String?)] = [
    ([(0, 0), (29, 0)], nil),
    ([(30, 0)], "aborted: no data received for 30.0 s"),
    ([(30, 122_880)], nil),
    ([(30, 122_879)], "aborted as too slow: 122879 bytes in 30.0 s"),
    ([(30, 9_000_000), (60, 9_122_880)], nil),
    ([(30, 9_000_000), (59, 9_000_001)], nil),
    ([(30, 9_000_000), (60, 9_000_015)], "aborted as too slow: 15 bytes in 30.0 s"),
    // A late check still measures the rate.
    ([(300, 1_228_800)], nil),
    ([(300, 1_228_799)], "aborted as too slow: 1228799 bytes in 300.0 s"),
    ([(30, 9_000_000), (1800, 90_000_000)], "aborted after 1800.0 s: 90000000 bytes received"),
  ]

  @Test("may be as slow as 4 KB per second, for half an hour", arguments: paces.indices)
  func pace(index: Int) {
    let (steps, failure) = Self.paces[index]
    var pace = DownloadPace(.standard)
    let answers = steps.map { pace.failure(bytes: $0.bytes, after: $0.seconds) }
    #expect(answers == [String?](repeating: nil, count: steps.count - 1) + [failure])
  }
}
