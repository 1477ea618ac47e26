import Foundation
import TestSupport
import Testing

@testable import DurableFiles

@Suite("A lock file")
struct DirectoryLockTests {
  private static let stale = "process 1\nhost elsewhere\nsince 2026-01-01 00:00:00\n"

  @Test("that is a link, a directory or a pipe is refused, and its target is not modified")
  func otherKinds() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/run.lock"
    let target = try directory.write("another user's", to: "target")
    let makers: [() throws -> Void] = [
      { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target) },
      { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nothing") },
      { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) },
      { #expect(mkfifo(path, 0o600) == 0) },
    ]
    for make in makers {
      try make()
      #expect {
        try DirectoryLock(directory.path)
      } throws: {
        "\($0)" == "\(directory.path): cannot be locked: its run.lock is a link or not a regular file; "
          + "remove it."
      }
      #expect(directory.names == ["run.lock", "target"])
      #expect(try directory.text("target") == "another user's")
      try FileManager.default.removeItem(atPath: path)
    }
  }

  @Test("that has another name elsewhere is replaced, and the other is not modified")
  func hardLink() throws {
    let directory = try TemporaryDirectory()
    let target = try directory.write("another user's", to: "target")
    try FileManager.default.linkItem(atPath: target, toPath: "\(directory.path)/run.lock")
    do {
      let lock = try DirectoryLock(directory.path)
      #expect(lock.isInPlace)
      #expect(try directory.text("run.lock").hasPrefix("process \(getpid())\n"))
      #expect(try directory.text("target") == "another user's")
    }
    #expect(directory.names == ["target"])
    #expect(try directory.text("target") == "another user's")
    // Where that is the lock of a run, that run holds it.
    let held = try DirectoryLock(directory.path)
    try FileManager.default.linkItem(atPath: "\(directory.path)/run.lock", toPath: "\(directory.path)/copy")
    #expect(throws: FileError.self) { try DirectoryLock(directory.path) }
    #expect(held.isInPlace)
  }

  @Test("that another user left read-only does not block those who may write to the directory")
  func readOnly() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Self.stale, to: "run.lock")
    #expect(chmod(path, 0o444) == 0)
    let lock = try DirectoryLock(directory.path)
    #expect(lock.isInPlace)
    #expect(try directory.text("run.lock").hasPrefix("process \(getpid())\n"))
    #expect(throws: FileError.self) { try DirectoryLock(directory.path) }
  }

  @Test("is writable for all who may write to the directory", arguments: [0o700, 0o750, 0o770, 0o777, 0o2775])
  func permissions(mode: Int) throws {
    let directory = try TemporaryDirectory()
    #expect(chmod(directory.path, mode_t(mode)) == 0)
    let lock = try DirectoryLock(directory.path)
    var status = stat()
    #expect(stat("\(directory.path)/run.lock", &status) == 0 && status.st_mode & 0o777 == mode_t(mode & 0o666))
    withExtendedLifetime(lock) {}
  }

  /// Content that others may write there, and this program does not.
  @Test(
    "names its holder only in this program's format",
    arguments: [
      "", "process 7", "process x\nhost h\nsince 2026-01-01 00:00:00\n", "process 7\nhost \u{1b}[31mh\nsince 2026\n",
      "process 7\nhost h\nsince \u{1b}]0;title\u{7}\n", "process 99999999999\nhost h\nsince 2026\n",
      "process -7\nhost h\nsince 2026\n", "process 7\nhost a b\nsince 2026\n",
    ])
  func hostileHolder(text: String) throws {
    #expect(LockHolder(Array(text.utf8)) == nil)
    let directory = try TemporaryDirectory()
    let lock = try DirectoryLock(directory.path)
    _ = try directory.write(text, to: "run.lock")
    #expect {
      try DirectoryLock(directory.path)
    } throws: {
      "\($0)" == "\(directory.path): cannot be locked: another run is writing to it."
    }
    // Regardless of its size.
    #expect(truncate("\(directory.path)/run.lock", 1 << 42) == 0)
    #expect(throws: FileError.self) { try DirectoryLock(directory.path) }
    withExtendedLifetime(lock) {}
  }
}
