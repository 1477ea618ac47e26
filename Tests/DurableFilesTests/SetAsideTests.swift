import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Files that are set aside")
struct SetAsideTests {
  @Test("keep their bytes under an unused name until they are discarded")
  func kept() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: "log")
    _ = try directory.write("older", to: "log.previous")
    let files = SetAsideFiles()
    try files.add(path)
    // A file keeps its name until a new one replaces it.
    #expect(directory.names == ["log", "log.previous", "log.previous.2"])
    try AtomicFile.write(Array("new".utf8), to: path)
    // The file there is the new one by then: it is not set aside.
    try files.add(path)
    #expect(try directory.text("log") == "new" && directory.text("log.previous.2") == "old")
    #expect(files.kept.map(\.aside) == ["\(path).previous.2"])
    files.discard()
    #expect(files.kept.isEmpty)
    #expect(directory.names == ["log", "log.previous"])
    #expect(try directory.text("log.previous") == "older")
  }

  @Test("are the targets of links, kept beside themselves")
  func links() throws {
    let (directory, other) = (try TemporaryDirectory(), try TemporaryDirectory())
    let target = try other.write("old", to: "file")
    let link = "\(directory.path)/log"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    _ = try AtomicFile.setAside(link)
    try AtomicFile.write(Array("new".utf8), to: link)
    #expect(directory.names == ["log"] && other.names == ["file", "file.previous"])
    #expect(try other.text("file") == "new" && other.text("file.previous") == "old")
    #expect(throws: FileError.self) { try AtomicFile.setAside("/nowhere/log") }
  }
}

@Suite("Checks of writability")
struct WritableTests {
  /// Places where not even root can write.
  @Test(
    "try to write: permissions are not enough",
    arguments: ["/proc/x", "/proc/self/x", "/proc/self/x/y", "/proc", "/proc/self"])
  func unwritable(path: String) {
    #expect(throws: FileError.self) { try AtomicFile.checkWritable(path) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritableDirectory(path) }
  }

  @Test("leave no files")
  func nothingLeft() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: "file")
    for name in ["file", "new"] { try AtomicFile.checkWritable("\(directory.path)/\(name)") }
    for name in ["", "/new", "/new/below"] { try AtomicFile.checkWritableDirectory(directory.path + name) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritableDirectory(path) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritable(directory.path) }
    try AtomicFile.checkWritable("/dev/null")
    #expect(directory.names == ["file"])
    #expect(try directory.text("file") == "old")
  }
}
