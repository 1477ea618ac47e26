import DurableFiles
import TestSupport
import Testing

@Suite("Files written piece by piece")
struct StagedFileTests {
  @Test("have their name once they are complete")
  func commit() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/x"
    let file = try StagedFile(path)
    try file.write(Array("0123".utf8))
    try file.write(Array("4567".utf8))
    try file.replace(Array("ab".utf8), at: 3)
    #expect(!AtomicFile.exists(path))
    try file.commit()
    #expect(try directory.text("x") == "012ab567")
    #expect(directory.names == ["x"])
  }

  @Test("are removed without a commit, and leave the old file")
  func abandoned() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("old", to: "x")
    do {
      let file = try StagedFile(path)
      try file.write(Array("new".utf8))
      #expect(directory.names.count == 2)
    }
    #expect(try directory.text("x") == "old")
    #expect(directory.names == ["x"])
  }

  @Test("are refused in place of directories and devices", arguments: ["/tmp", "/dev/null"])
  func refused(path: String) { #expect(throws: FileError.self) { try StagedFile(path) } }
}
