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

  @Test("are not written to a pipe without a reader, and do not wait for one")
  func unreadPipe() throws {
    let directory = try TemporaryDirectory()
    let pipe = "\(directory.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let wording = "\(pipe): cannot be written: it is a pipe without a reader."
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

  @Test(
    "keep the permissions of what they replace, whatever the process's mask", arguments: [0o600, 0o664, 0o440, 0o755])
  func permissions(mode: Int) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: "file")
    #expect(chmod(path, mode_t(mode)) == 0)
    try WholeFile.write(Array("new".utf8), to: path)
    #expect(try directory.text("file") == "new")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == mode_t(mode))
    // Also where a link leads.
    let link = "\(directory.path)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
    try WholeFile.write(Array("newer".utf8), to: link)
    #expect(try directory.text("file") == "newer")
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == mode_t(mode))
  }

  @Test("take the place of a link, a pipe or another file where no person named the path")
  func withoutFollowing() throws {
    let directory = try TemporaryDirectory()
    let target = try directory.write("another user's", to: "target")
    let path = "\(directory.path)/file"
    let makers: [() throws -> Void] = [
      { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target) },
      { try FileManager.default.linkItem(atPath: target, toPath: path) },
      { #expect(mkfifo(path, 0o600) == 0) },
    ]
    for make in makers {
      try make()
      try WholeFile.write(Array("ours".utf8), to: path, followsLinks: false)
      #expect(try directory.text("file") == "ours")
      #expect(try directory.text("target") == "another user's")
      #expect(directory.names == ["file", "target"])
      try FileManager.default.removeItem(atPath: path)
    }
  }

  @Test("are written where a link leads, also if that is not UTF-8")
  func bytesOfPaths() throws {
    let directory = try TemporaryDirectory()
    // `caf\xe9`, which is é in Latin-1, and a link to it.
    let name = Array("\(directory.path)/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
    #expect(mkdir(name, 0o700) == 0)
    let link = "\(directory.path)/link"
    #expect(symlink(Array(name), link) == 0)
    for round in ["first", "second"] {
      try WholeFile.write(Array(round.utf8), to: "\(link)/file")
      #expect(try String(contentsOfFile: "\(link)/file", encoding: .utf8) == round)
    }
    // A file of that kind itself.
    let file = Array(name.dropLast()) + Array("/file".utf8CString)
    #expect(symlink(file, "\(directory.path)/other") == 0)
    try WholeFile.write(Array("third".utf8), to: "\(directory.path)/other")
    #expect(try String(contentsOfFile: "\(link)/file", encoding: .utf8) == "third")
    #expect(unlink(file) == 0 && rmdir(name) == 0)
    #expect(directory.names == ["link", "other"])
  }

  @Test("remove what writers that were killed left, and nothing else")
  func leftovers() throws {
    let directory = try TemporaryDirectory()
    let left = ["martlet-00000000.partial", "martlet-89abcdef.partial"]
    let others = [
      "martlet-0000000.partial", "martlet-0000000g.partial", "martlet-000000000.partial",
      "martlet-00000000.partial.txt",
      "mine.partial", "x.martlet-00000000.partial",
    ]
    for name in left + others { _ = try directory.write("part", to: name) }
    // Of a writer that lives: the system has its lock.
    let living = try directory.write("part", to: "martlet-11111111.partial")
    let descriptor = open(living, O_WRONLY)
    #expect(flock(descriptor, LOCK_EX) == 0)
    // Links are not followed, and may be another's.
    try FileManager.default.createSymbolicLink(
      atPath: "\(directory.path)/martlet-22222222.partial", withDestinationPath: "mine.partial")
    try WholeFile.write([1], to: "\(directory.path)/file")
    let stay = others + ["file", "martlet-11111111.partial"]
    #expect(directory.names == (stay + ["martlet-22222222.partial"]).sorted())
    // Whoever has the directory for itself removes links, too.
    WholeFile.removeLeftovers(in: directory.path)
    #expect(directory.names == stay.sorted())
    close(descriptor)
    WholeFile.removeLeftovers(in: directory.path)
    #expect(directory.names == (others + ["file"]).sorted())
  }

  @Test("are not disturbed by others that write to the same directory")
  func together() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<40 { try WholeFile.write(Array("\(round)".utf8), to: "\(path)/\(writer % 4)") }
        }
      }
      try await group.waitForAll()
    }
    #expect(directory.names == ["0", "1", "2", "3"])
    for name in directory.names { #expect(try directory.text(name) == "39") }
  }

  @Test("show their start before the rest is read, and are read no further if that is refused")
  func header() throws {
    let directory = try TemporaryDirectory()
    struct Refused: Error {}
    let path = try directory.write("0123456789", to: "file")
    var seen: [(String, Int)] = []
    let bytes = try WholeFile.read(path, headerCount: 4) { seen.append((String(decoding: $0, as: UTF8.self), $1)) }
    #expect(bytes == Array("0123456789".utf8))
    _ = try WholeFile.read(path, headerCount: 99) { seen.append((String(decoding: $0, as: UTF8.self), $1)) }
    #expect(seen.map(\.0) == ["0123", "0123456789"] && seen.map(\.1) == [10, 10])
    // A file with a hole, which no memory holds.
    #expect(truncate(path, 1 << 43) == 0)
    #expect(throws: Refused.self) { try WholeFile.read(path, headerCount: 4) { _, _ in throw Refused() } }
  }

  @Test("have links to them, a hard one where no symbolic one can be made")
  func hardLinks() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("text", to: "file")
    let link = "\(directory.path)/link"
    // To itself, so that moving one onto the other does nothing.
    try FileManager.default.linkItem(atPath: path, toPath: link)
    try WholeFile.link(link, to: "file")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
    #expect(directory.names == ["file", "link"])
    // A symbolic link of no name cannot be made, and a hard one neither.
    #expect {
      try WholeFile.link(link, to: "")
    } throws: {
      "\($0)" == "\(link): cannot be linked: No such file or directory."
    }
    #expect(directory.names == ["file", "link"])
  }
}
