import Foundation
import TestSupport
import Testing

@Suite("configs/systemd/martlet@.service")
struct ServiceTests {
  /// The values of a key, in their order.
  private func values(_ key: String) throws -> [String] {
    let unit = try String(contentsOfFile: "\(Shell.root)/configs/systemd/martlet@.service", encoding: .utf8)
    return unit.split(separator: "\n").compactMap { line in
      line.hasPrefix("\(key)=") ? String(line.dropFirst(key.count + 1)) : nil
    }
  }

  @Test("starts in a directory that has nothing but configs/, and starts again where it stopped")
  func freshDirectory() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: "\(directory.path)/configs", withIntermediateDirectories: true)
    _ = try directory.write(CommandTests.yaml, to: "configs/small.yml")
    let commands = try (values("ExecStartPre") + values("ExecStart")).map {
      $0.replacing("%i", with: "small").replacing("/usr/local/bin/martlet", with: Shell.martlet)
    }
    #expect(commands.count == 2)
    for end in [" --max-steps 7", ""] {
      let finished = try Shell.run(
        "/bin/sh", ["-ec", commands.joined(separator: "\n") + end], environment: ["TERM": "dumb"], in: directory.path)
      #expect(finished.status == 0)
      #expect(finished.error.isEmpty)
      #expect(finished.output.contains("Resumed at step 7") == end.isEmpty)
    }
    #expect(try directory.text("checkpoints/small.jsonl").contains("\"finished\": true"))
  }
}
