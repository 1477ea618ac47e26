import Crypto
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Datasets

@Suite("Downloads", .serialized)
struct DownloadTests {
  static let content = Array("what the file holds".utf8)
  static let file = PublishedFile(
    name: "data", size: content.count, sha256: SHA256.hash(data: content).hexadecimal)

  private func download(_ directory: TemporaryDirectory, _ mirrors: [String]) throws -> String {
    let download = DatasetDownload(
      dataset: "tiny", directory: "\(directory.path)/cache/tiny", mirrors: mirrors, progress: { _ in })
    return try download.fetch(Self.file)
  }

  private func files(_ directory: TemporaryDirectory) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/cache/tiny")) ?? []
  }

  @Test("are checked and kept as they came")
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
    // What is there is not fetched again.
    #expect(try download(directory, [server.address]) == path)
    #expect(requests.withLock { $0 } == 1)
    // What is damaged is.
    try Data(packed.dropLast(9)).write(to: URL(filePath: path))
    #expect(try download(directory, [server.address]) == path)
    #expect(Array(try Data(contentsOf: URL(filePath: path))) == packed)
  }

  @Test("that fail leave nothing behind, and say why for each mirror")
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
    #expect(message.hasPrefix("the data set 'tiny' is not on this machine and could not be fetched:\n"))
    #expect(message.contains("\(missing.address)data.gz: the server answered 404\n"))
    #expect(message.contains("\(wrong.address)data.gz: what came has the SHA-256 "))
    #expect(message.contains("\(page.address)data.gz: what came is damaged: no gzip file\n"))
    #expect(message.contains("\(bomb.address)data.gz: what came is damaged: it unpacks to more than 19 bytes\n"))
    #expect(message.contains("\(cut.address)data.gz: "))
    #expect(message.contains("http://127.0.0.1:1/data.gz: "))
    #expect(message.contains("ftp://127.0.0.1/data.gz: not an http or https address\n"))
    #expect(message.contains("Two ways out: put the files into \(directory.path)/cache/tiny by hand"))
    #expect(message.hasSuffix("or name a directory that has them with --data DIR."))
    #expect(files(directory).isEmpty)
  }

  @Test("go on with the next mirror when one fails")
  func nextMirror() throws {
    let directory = try TemporaryDirectory()
    let packed = IDXBytes.gzip(Self.content)
    let missing = try LoopbackServer { _ in LoopbackServer.response("500 Oops", body: []) }
    let good = try LoopbackServer { _ in LoopbackServer.response("200 OK", body: packed) }
    #expect(try download(directory, [missing.address, good.address]).hasSuffix("/data.gz"))
  }
}
