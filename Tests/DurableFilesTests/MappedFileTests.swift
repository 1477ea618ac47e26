import Foundation
import TestSupport
import Testing

@testable import DurableFiles

@Suite("Mapped files")
struct MappedFileTests {
  private static let mounts = """
    24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw
    25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw,size=24731708k
    27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
    28 27 259:1048577 / /data rw,relatime shared:1 master:2 - xfs /dev/nvme rw
    broken
    29 27 0:99 / /short rw -
    """

  @Test(
    "are on the file system of their device",
    arguments: [
      (UInt64(23), "tmpfs"), (6, "devtmpfs"), (254 << 8, "ext4"), (259 << 8 | 1 | 1 << 32, "xfs"), (24, nil), (99, nil),
    ] as [(UInt64, String?)])
  func fileSystem(device: UInt64, type: String?) {
    #expect(MountedFileSystem.type(device: device, in: Self.mounts).map(String.init) == type)
  }

  @Test("have a stamp that tells of changes only if they have not just changed, and are not in memory")
  func stamp() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write([1, 2, 3], to: "data")
    let changed = try MappedFile(path: path).stamp.changed
    let isOnDisk = try MappedFile(path: path, now: .max).hasTellingStamp
    #expect(try !MappedFile(path: path, now: changed + 1_999_999_999).hasTellingStamp)
    #expect(try MappedFile(path: path, now: changed + 2_000_000_000).hasTellingStamp == isOnDisk)
    #expect(try !MappedFile(path: path, now: changed - 5_000_000_000).hasTellingStamp)
    let memory = "/dev/shm/martlet-\(UUID().uuidString)"
    defer { unlink(memory) }
    try Data([1, 2, 3]).write(to: URL(filePath: memory))
    #expect(try !MappedFile(path: memory, now: .max).hasTellingStamp)
  }
}
