import Foundation
import TestSupport
import Testing

@Suite("With limited memory")
struct BoundedMemoryTests {
  private static let hostile = "\(Shell.root)/Tests/ModelFilesTests/Hostile"

  /// Runs the command with a limit on its address space.
  private func limited(kilobytes: Int, _ arguments: [String], in directory: TemporaryDirectory) throws -> Finished {
    let command = ([Shell.martlet] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return try Shell.run("/bin/sh", ["-c", "ulimit -v \(kilobytes); exec \(command)"], in: directory.path)
  }

  @Test(
    "a model that does not fit is refused in one line",
    arguments: [
      ["predict", "MODEL", "--dataset", "digits"], ["evaluate", "MODEL", "--dataset", "digits"],
      ["export", "MODEL", "x.onnx"], ["import", "MODEL", "--output", "run"],
    ])
  func model(arguments: [String]) throws {
    let directory = try TemporaryDirectory()
    let path = "\(Self.hostile)/memory.keras"
    let finished = try limited(kilobytes: 800_000, arguments.map { $0 == "MODEL" ? path : $0 }, in: directory)
    #expect(finished.status == 1, "\(finished.error)")
    #expect(finished.fault.split(separator: "\n").count == 1, "\(finished.error)")
    #expect(finished.fault.contains(" bytes do not fit in memory."), "\(finished.error)")
    #expect(directory.names.isEmpty)
  }

  @Test(
    "files that decompress to more than their model needs are refused before decompression",
    arguments: [
      "values.keras", "chunk.keras", "configuration.keras", "weights.keras", "large.keras",
    ])
  func bombs(name: String) throws {
    let directory = try TemporaryDirectory()
    let finished = try limited(
      kilobytes: 800_000, ["predict", "\(Self.hostile)/\(name)", "--dataset", "digits"], in: directory)
    #expect(finished.status == 1)
    #expect(finished.error.hasPrefix("martlet: \(Self.hostile)/\(name): "), "\(finished.error)")
    #expect(finished.error.split(separator: "\n").count == 1 && !finished.error.contains("do not fit in memory"))
  }
}
