import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Files that grow by lines")
struct AppendedFileTests {
  @Test("have what was there before, and every line behind it")
  func appending() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("a\n", to: "log")
    let file = try AppendedFile(path)
    try file.append("b\n")
    try file.append("c\nd\n")
    #expect(try directory.text("log") == "a\nb\nc\nd\n")
  }

  @Test("do not wait for a pipe's reader that has stopped, and have every line whole once it goes on")
  func stuckPipe() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let file = try AppendedFile(path)
    // Lines that no pipe takes in one go.
    let lines = (0..<40).map { "\($0) \(String(repeating: "x", count: 5000))\n" }
    var waiting: [String] = []
    let began = ContinuousClock.now
    for line in lines {
      do { try file.append(line) } catch {
        #expect("\(error)" == "\(path): cannot be written: it is a pipe that nobody reads.")
        waiting.append(line)
      }
    }
    #expect(waiting.count > 10 && waiting.count < lines.count)
    // One line's patience, not that of each.
    #expect(ContinuousClock.now - began < .seconds(10))
    var received = drained(reader)
    for line in waiting {
      try file.append(line)
      received += drained(reader)
    }
    #expect(received == Array(lines.joined().utf8))
  }

  private func drained(_ reader: Int32) -> [UInt8] {
    var (all, part) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
    while case let count = read(reader, &part, part.count), count > 0 { all += part[..<count] }
    return all
  }
}
