import DurableFiles
import Foundation
import RunConfiguration
import TestSupport
import Testing

@testable import Checkpoints

@Suite("The user block")
struct UserBlockTests {
  private static let digest = String(repeating: "0123456789abcdef", count: 4)

  /// Blocks that start with the title, by what follows it.
  static let hostile = [
    "", "\n", "format", "format 1", "format 1\n", "format 1\nbytes 10\nsha256 \(digest)",
    "format 1\nsha256 \(digest)\n",
    "format 1\nbytes 10\nsha256 \n", "format 1\nbytes 10\nsha256 \(digest)0\n",
    "format 1\nbytes 10\nsha256 \(digest.dropLast())\n",
    "format 1\nbytes 10\nsha256 \(digest.uppercased())\n", "format 1\nbytes 10\nsha256 \(digest.dropLast())g\n",
    "format 1\nbytes 10\nsha256 \(String(repeating: "0", count: 450))", "format 1\nbytes 10\nsha256 \(digest)\n\n",
    "format 1\nbytes 10\nsha256 \(digest)\nmore\n", "format 1\nbytes 010\nsha256 \(digest)\n",
    "format 1\nbytes +10\nsha256 \(digest)\n", "format 1\nbytes -1\nsha256 \(digest)\n",
    "format 1\nbytes 9223372036854775807\nsha256 \(digest)\n",
    "format 1\nbytes 92233720368547758070\nsha256 \(digest)\n",
    "format 1\nbytes 281474976710657\nsha256 \(digest)\n", "format 0\nbytes 10\nsha256 \(digest)\n",
    "format -1\nbytes 10\nsha256 \(digest)\n", "format 18446744073709551616\nbytes 10\nsha256 \(digest)\n",
    "bytes 10\nformat 1\nsha256 \(digest)\n", "format 1\r\nbytes 10\r\nsha256 \(digest)\r\n",
    "format 1\nbytes 10\nsha256 \(digest)\n\u{0}x",
  ]

  private func block(_ text: String) -> [UInt8] {
    let bytes = Array("MARTLET CHECKPOINT\n\(text)".utf8).prefix(UserBlock.count)
    return bytes + [UInt8](repeating: 0, count: UserBlock.count - bytes.count)
  }

  @Test("of any other text is corrupt, and never more than that", arguments: hostile)
  func hostileText(text: String) throws {
    let bytes = block(text) + [UInt8](repeating: 7, count: 10)
    #expect(throws: CheckpointError.corruptHeader(path: "x")) { try CheckpointReader(bytes, path: "x") }
  }

  @Test("with only 0xff bytes after a key is corrupt", arguments: ["format ", "bytes ", "sha256 ", ""])
  func allOnes(key: String) throws {
    let lines = "MARTLET CHECKPOINT\nformat 1\nbytes 10\nsha256 "
    let start = try #require(lines.firstRange(of: key.isEmpty ? "format" : key))
    var bytes = Array(lines[..<(key.isEmpty ? start.lowerBound : start.upperBound)].utf8)
    bytes += [UInt8](repeating: 0xff, count: 4096)
    #expect(throws: CheckpointError.corruptHeader(path: "x")) { try CheckpointReader(bytes, path: "x") }
  }

  @Test("that is corrupt is skipped for an older checkpoint", arguments: ["sha256", "short", "size"])
  func passedOver(kind: String) throws {
    let directory = try TemporaryDirectory()
    let run = try CheckpointedRun()
    let policy = CheckpointPolicy(directory: directory.path, everySteps: 1, keepBest: nil)
    try run.trainer.fit(run.data.train, maxSteps: 2, callbacks: [run.callback(policy)])
    let name = "step-00000002.weights.h5"
    switch kind {
    case "sha256":
      let ones = [UInt8](repeating: 0xff, count: 512)
      _ = try directory.write(Array("MARTLET CHECKPOINT\nformat 1\nbytes 10\nsha256 ".utf8) + ones, to: name)
    case "short": _ = try directory.write("MARTLET CHECKPOINT\nformat 1\n", to: name)
    // A sparse file.
    default: #expect(truncate("\(directory.path)/\(name)", 1 << 42) == 0)
    }
    var passedOver: [String] = []
    let found = try CheckpointStore(directory: directory.path).newestGood { passedOver.append($0) }
    #expect(found.snapshot.state.step == 1)
    #expect(passedOver.count == 1)
    let reason =
      kind == "size"
      ? "is corrupt: SHA-256 mismatch." : "is corrupt: its first 512 bytes are not those of a checkpoint."
    #expect(passedOver.first?.contains(reason) == true)
  }
}
