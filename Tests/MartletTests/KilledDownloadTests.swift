import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("A killed 'martlet data fetch'")
struct KilledDownloadTests {
  @Test("is resumed by the next one", .enabled(if: CommandTests.hasMNIST, "MARTLET_DATA names no directory with mnist"))
  func killed() throws {
    let data = try #require(ProcessInfo.processInfo.environment["MARTLET_DATA"]) + "/mnist"
    let home = try TemporaryDirectory()
    let name = "train-images-idx3-ubyte.gz"
    let half = try Data(contentsOf: URL(filePath: "\(data)/\(name)")).count / 2
    let ranges = Mutex<[String]>([])
    let server = try LoopbackServer { path, connection in
      guard let body = try? Data(contentsOf: URL(filePath: data + path)) else { return }
      guard path == "/\(name)" else {
        connection.send(LoopbackServer.response("200 OK", body: Array(body)))
        return
      }
      ranges.withLock { $0.append(connection.headers["range"] ?? "all") }
      let version = "ETag: \"1\"\r\n"
      guard connection.headers["range"] == "bytes=\(half)-", connection.headers["if-range"] == "\"1\"" else {
        connection.send(
          LoopbackServer.response("200 OK", headers: version, body: Array(body[..<half]), length: body.count))
        return connection.waitForClose()
      }
      let range = "Content-Range: bytes \(half)-\(body.count - 1)/\(body.count)\r\n"
      connection.send(
        LoopbackServer.response("206 Partial Content", headers: version + range, body: Array(body[half...])))
    }
    let environment = ["XDG_CACHE_HOME": home.path, "MARTLET_DATA": "", "HOME": home.path]
    let process = Process()
    process.executableURL = URL(filePath: Shell.martlet)
    process.arguments = ["data", "fetch", "mnist", "--mirror", server.address]
    process.environment = Shell.environment.merging(environment) { $1 }
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    let part = "\(home.path)/martlet/mnist/\(name).part"
    func size() -> Int? { (try? FileManager.default.attributesOfItem(atPath: part))?[.size] as? Int }
    while size() != half, process.isRunning { usleep(1000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(size() == half)
    let finished = try Shell.martlet(
      ["data", "fetch", "mnist", "--mirror", server.address], environment: environment)
    #expect(finished.status == 0, "\(finished.error)")
    #expect(finished.output.split(separator: "\n").count == 4)
    #expect(ranges.withLock { $0 } == ["all", "bytes=\(half)-"])
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/martlet/mnist")
    #expect(names.count == 4 && names.allSatisfy { $0.hasSuffix("-ubyte.gz") })
  }
}
