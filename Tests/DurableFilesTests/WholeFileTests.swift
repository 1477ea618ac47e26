import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Whole files")
struct WholeFileTests {
  @Test("replace what stood there, and leave nothing beside it")
  func replacing() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: "file")
    try WholeFile.write(Array("new".utf8), to: path)
    #expect(try directory.text("file") == "new")
    #expect(directory.names == ["file"])
  }

  @Test("are written where a link leads, and the link stays")
  func links() throws {
    let directory = try TemporaryDirectory()
    let target = try directory.write("old", to: "target")
    let link = "\(directory.path)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target")
    try WholeFile.write(Array("new".utf8), to: link)
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target")
    #expect(directory.names == ["link", "target"])
  }

  @Test("do not take the place of a pipe or a device")
  func streams() throws {
    let directory = try TemporaryDirectory()
    let pipe = "\(directory.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    // Open for both, so that the writer finds a reader, and its bytes stay.
    let reader = open(pipe, O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    try WholeFile.write(Array("bytes".utf8), to: pipe)
    var bytes = [UInt8](repeating: 0, count: 16)
    #expect(read(reader, &bytes, bytes.count) == 5)
    #expect(bytes.starts(with: Array("bytes".utf8)))
    #expect(directory.names == ["pipe"])
    var status = stat()
    #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect {
      try WholeFile.write([1], to: "/dev/full")
    } throws: {
      "\($0)" == "/dev/full: cannot be written: No space left on device."
    }
  }

  @Test("are not written to a pipe that nobody reads, and nobody waits for one")
  func unreadPipe() throws {
    let directory = try TemporaryDirectory()
    let pipe = "\(directory.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let wording = "\(pipe): cannot be written: it is a pipe that nobody reads."
    #expect { try WholeFile.write([1], to: pipe) } throws: { "\($0)" == wording }
    #expect { try AppendedFile(pipe) } throws: { "\($0)" == wording }
  }

  /// ThreadSanitizer sees to it that the standard library's empty array, which all threads share, is not written.
  @Test("that are empty are read on several threads at once, while others fill arrays")
  func empty() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([], to: "empty")
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      for _ in 0..<2000 {
        var bytes: [UInt8] = []
        bytes.append(UInt8(index))
        #expect((try? WholeFile.read(path)) == [] && bytes.count == 1)
      }
    }
  }

  @Test("leave what stood there when they cannot be written")
  func failures() throws {
    let directory = try TemporaryDirectory()
    let below = "\(directory.path)/none/file"
    #expect {
      try WholeFile.write([1], to: below)
    } throws: {
      "\($0)" == "\(below): cannot be created: No such file or directory."
    }
    #expect {
      try WholeFile.write([1], to: directory.path)
    } throws: {
      "\($0)" == "\(directory.path): cannot be moved into place: Is a directory."
    }
    #expect(directory.names.isEmpty)
    let link = "\(directory.path)/link"
    try FileManager.default.createDirectory(atPath: link, withIntermediateDirectories: false)
    #expect {
      try WholeFile.link(link, to: "target")
    } throws: {
      "\($0)" == "\(link): cannot be moved into place: Is a directory."
    }
    #expect(directory.names == ["link"])
  }
}
