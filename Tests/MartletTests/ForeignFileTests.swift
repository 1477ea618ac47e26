import Foundation
import TestSupport
import Testing

/// The findings of libFuzzer (`Tests/Fuzzing/run`), passed to the command.
@Suite("Files that broke a reader")
struct ForeignFileTests {
  private static let directory = "\(Shell.root)/Tests/Fuzzing/findings"

  static let findings: [String] = {
    let readers = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return readers.sorted().flatMap { reader in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(reader)")) ?? []
      return names.sorted().map { "\(reader)/\($0)" }
    }
  }()

  @Test("get a message", arguments: findings)
  func message(finding: String) throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.copyItem(
      atPath: "\(Self.directory)/\(finding)", toPath: "\(directory.path)/model")
    for arguments in [["import", "model", "--output", "run"], ["predict", "model"], ["export", "model", "x.onnx"]] {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect(finished.status == 1, "\(finished.error)")
      #expect(finished.error.hasPrefix("martlet: model: "), "\(finished.error)")
      #expect(finished.error.split(separator: "\n").count == 1, "\(finished.error)")
      #expect(finished.output.isEmpty)
    }
    #expect(directory.names == ["model"])
  }

  @Test("are all present")
  func count() { #expect(Self.findings.count >= 6) }
}
