import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Atomic files")
struct AtomicFileTests {
  @Test("replace existing files, and leave no temporary ones")
  func replacing() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: "file")
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(try directory.text("file") == "new")
    #expect(directory.names == ["file"])
  }

  @Test("are written to the target of a link, and the link is kept")
  func links() throws {
    let directory = try TemporaryDirectory()
    let target = try directory.write("old", to: "target")
    let link = "\(directory.path)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target")
    try AtomicFile.write(Array("new".utf8), to: link)
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target")
    #expect(directory.names == ["link", "target"])
  }

  @Test("do not replace a pipe or a device")
  func streams() throws {
    let directory = try TemporaryDirectory()
    let pipe = "\(directory.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    // Open for reading and writing, so that the writer finds a reader, and its bytes are kept.
    let reader = open(pipe, O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    try AtomicFile.write(Array("bytes".utf8), to: pipe)
    var bytes = [UInt8](repeating: 0, count: 16)
    #expect(read(reader, &bytes, bytes.count) == 5)
    #expect(bytes.starts(with: Array("bytes".utf8)))
    #expect(directory.names == ["pipe"])
    var status = stat()
    #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect {
      try AtomicFile.write([1], to: "/dev/full")
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
    #expect { try AtomicFile.write([1], to: pipe) } throws: { "\($0)" == wording }
    #expect { try AppendOnlyFile(pipe) } throws: { "\($0)" == wording }
  }

  /// ThreadSanitizer checks that the standard library's empty array, which all threads share, is not written.
  @Test("that are empty are read on several threads at once, while others fill arrays")
  func empty() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([], to: "empty")
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      for _ in 0..<2000 {
        var bytes: [UInt8] = []
        bytes.append(UInt8(index))
        #expect((try? AtomicFile.read(path)) == [] && bytes.count == 1)
      }
    }
  }

  @Test("leave existing files unchanged when they cannot be written")
  func failures() throws {
    let directory = try TemporaryDirectory()
    let below = "\(directory.path)/none/file"
    #expect {
      try AtomicFile.write([1], to: below)
    } throws: {
      "\($0)" == "\(below): cannot be created: No such file or directory."
    }
    #expect {
      try AtomicFile.write([1], to: directory.path)
    } throws: {
      "\($0)" == "\(directory.path): cannot be moved into place: Is a directory."
    }
    #expect(directory.names.isEmpty)
    let link = "\(directory.path)/link"
    try FileManager.default.createDirectory(atPath: link, withIntermediateDirectories: false)
    #expect {
      try AtomicFile.link(link, to: "target")
    } throws: {
      "\($0)" == "\(link): cannot be moved into place: Is a directory."
    }
    #expect(directory.names == ["link"])
  }

  @Test(
    "keep the permissions of the replaced file, whatever the umask", arguments: [0o600, 0o664, 0o440, 0o755])
  func permissions(mode: Int) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: "file")
    #expect(chmod(path, mode_t(mode)) == 0)
    try AtomicFile.write(Array("new".utf8), to: path)
    #expect(try directory.text("file") == "new")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == mode_t(mode))
    // Also at the target of a link.
    let link = "\(directory.path)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
    try AtomicFile.write(Array("newer".utf8), to: link)
    #expect(try directory.text("file") == "newer")
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == mode_t(mode))
  }

  @Test("replace a link, a pipe or another file if the path is not from a user")
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
      try AtomicFile.write(Array("ours".utf8), to: path, followsLinks: false)
      #expect(try directory.text("file") == "ours")
      #expect(try directory.text("target") == "another user's")
      #expect(directory.names == ["file", "target"])
      try FileManager.default.removeItem(atPath: path)
    }
  }

  @Test("are written to the target of a link, also if its path is not UTF-8")
  func bytesOfPaths() throws {
    let directory = try TemporaryDirectory()
    // `caf\xe9`, which is é in Latin-1, and a link to it.
    let name = Array("\(directory.path)/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
    #expect(mkdir(name, 0o700) == 0)
    let link = "\(directory.path)/link"
    #expect(symlink(Array(name), link) == 0)
    for round in ["first", "second"] {
      try AtomicFile.write(Array(round.utf8), to: "\(link)/file")
      #expect(try String(contentsOfFile: "\(link)/file", encoding: .utf8) == round)
    }
    // A file with such a name itself.
    let file = Array(name.dropLast()) + Array("/file".utf8CString)
    #expect(symlink(file, "\(directory.path)/other") == 0)
    try AtomicFile.write(Array("third".utf8), to: "\(directory.path)/other")
    #expect(try String(contentsOfFile: "\(link)/file", encoding: .utf8) == "third")
    #expect(unlink(file) == 0 && rmdir(name) == 0)
    #expect(directory.names == ["link", "other"])
  }

  @Test("remove the leftovers of killed writers, and nothing else")
  func leftovers() throws {
    let directory = try TemporaryDirectory()
    let left = ["martlet-00000000.partial", "martlet-89abcdef.partial"]
    let others = [
      "martlet-0000000.partial", "martlet-0000000g.partial", "martlet-000000000.partial",
      "martlet-00000000.partial.txt",
      "mine.partial", "x.martlet-00000000.partial",
    ]
    for name in left + others { _ = try directory.write("part", to: name) }
    // Of a live writer: it holds the system's lock.
    let living = try directory.write("part", to: "martlet-11111111.partial")
    let descriptor = open(living, O_WRONLY)
    #expect(flock(descriptor, LOCK_EX) == 0)
    // Links are not followed, and may belong to others.
    try FileManager.default.createSymbolicLink(
      atPath: "\(directory.path)/martlet-22222222.partial", withDestinationPath: "mine.partial")
    try AtomicFile.write([1], to: "\(directory.path)/file")
    let stay = others + ["file", "martlet-11111111.partial"]
    #expect(directory.names == (stay + ["martlet-22222222.partial"]).sorted())
    // The only user of a directory removes links, too.
    AtomicFile.removeLeftovers(in: directory.path)
    #expect(directory.names == stay.sorted())
    close(descriptor)
    AtomicFile.removeLeftovers(in: directory.path)
    #expect(directory.names == (others + ["file"]).sorted())
  }

  @Test("are not affected by other writers in the same directory")
  func together() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<40 { try AtomicFile.write(Array("\(round)".utf8), to: "\(path)/\(writer % 4)") }
        }
      }
      try await group.waitForAll()
    }
    #expect(directory.names == ["0", "1", "2", "3"])
    for name in directory.names { #expect(try directory.text(name) == "39") }
  }

  @Test("pass on their start before the rest is read, and are read no further if it is rejected")
  func header() throws {
    let directory = try TemporaryDirectory()
    struct Refused: Error {}
    let path = try directory.write("0123456789", to: "file")
    var seen: [(String, Int)] = []
    let bytes = try AtomicFile.read(path, headerCount: 4) { seen.append((String(decoding: $0, as: UTF8.self), $1)) }
    #expect(bytes == Array("0123456789".utf8))
    _ = try AtomicFile.read(path, headerCount: 99) { seen.append((String(decoding: $0, as: UTF8.self), $1)) }
    #expect(seen.map(\.0) == ["0123", "0123456789"] && seen.map(\.1) == [10, 10])
    // A sparse file that exceeds all memory.
    #expect(truncate(path, 1 << 43) == 0)
    #expect(throws: Refused.self) { try AtomicFile.read(path, headerCount: 4) { _, _ in throw Refused() } }
  }

  @Test("can be linked to, with a hard link where symbolic links fail")
  func hardLinks() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("text", to: "file")
    let link = "\(directory.path)/link"
    // A link to itself, so that renaming one to the other does nothing.
    try FileManager.default.linkItem(atPath: path, toPath: link)
    try AtomicFile.link(link, to: "file")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
    #expect(directory.names == ["file", "link"])
    // A symbolic link of no name cannot be made, and a hard one neither.
    #expect {
      try AtomicFile.link(link, to: "")
    } throws: {
      "\($0)" == "\(link): cannot be linked: No such file or directory."
    }
    #expect(directory.names == ["file", "link"])
  }
}
