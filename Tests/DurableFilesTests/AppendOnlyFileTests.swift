import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Append-only files")
struct AppendOnlyFileTests {
  @Test("keep their content, followed by every line")
  func appending() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("a\n", to: "log")
    let file = try AppendOnlyFile(path)
    try file.append("b\n")
    try file.append("c\nd\n")
    #expect(try directory.text("log") == "a\nb\nc\nd\n")
  }

  @Test("do not wait for a pipe's stopped reader, and write every line completely once it continues")
  func stuckPipe() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let file = try AppendOnlyFile(path)
    // Lines that no pipe accepts in one write.
    let lines = (0..<40).map { "\($0) \(String(repeating: "x", count: 5000))\n" }
    var waiting: [String] = []
    for line in lines {
      do { try file.append(line) } catch {
        #expect("\(error)" == "\(path): cannot be written: it is a pipe without a reader.")
        waiting.append(line)
      }
    }
    #expect(waiting.count > 10 && waiting.count < lines.count)
    var received = drained(reader)
    for line in waiting {
      try file.append(line)
      received += drained(reader)
    }
    #expect(received == Array(lines.joined().utf8))
  }

  @Test("buffer what a pipe does not accept, and report in the end what was never written")
  func keptForPipe() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    var filling = 0
    while write(reader, "x", 1) == 1 { filling += 1 }
    let file = try AppendOnlyFile(path, keptLimit: 10)
    try file.append("a\nb\nc\n")
    let wording = "\(path): cannot be written: it is a pipe without a reader."
    #expect { try file.append("too long\n") } throws: { "\($0)" == wording }
    #expect { try file.finish(patience: .zero) } throws: { "\($0)" == wording }
    #expect(drained(reader).count == filling)
    try file.append("d\n")
    try file.finish(patience: .zero)
    #expect(drained(reader) == Array("a\nb\nc\nd\n".utf8))
  }

  @Test("are exclusive to one process on request, as long as they are open")
  func exclusive() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/log"
    do {
      let file = try AppendOnlyFile(path, isExclusive: true)
      #expect {
        try AppendOnlyFile(path, isExclusive: true)
      } throws: {
        "\($0)" == "\(path): cannot be written: another process is writing to it."
      }
      try file.append("a\n")
      // Opening without a lock is not blocked.
      try AppendOnlyFile(path).append("b\n")
    }
    try AppendOnlyFile(path, isExclusive: true).append("c\n")
    #expect(try directory.text("log") == "a\nb\nc\n")
  }

  private func drained(_ reader: Int32) -> [UInt8] {
    var (all, part) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
    while case let count = read(reader, &part, part.count), count > 0 { all += part[..<count] }
    return all
  }
}
