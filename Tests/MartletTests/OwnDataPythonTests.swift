import Foundation
import Martlet
import TestSupport
import Testing

@Suite("Python and the user's own arrays", .python)
struct OwnDataPythonTests {
  @Test("the article's NumPy and configuration run, and Keras gets the same numbers from the checkpoint")
  func article() throws {
    let directory = try TemporaryDirectory()
    let article = try String(
      contentsOfFile: "\(Shell.root)/Sources/Martlet/Martlet.docc/OwnData.md", encoding: .utf8)
    func block(_ language: String) throws -> String {
      let start = try #require(article.range(of: "```\(language)\n")).upperBound
      let end = try #require(article.range(of: "```", range: start..<article.endIndex)).lowerBound
      return String(article[start..<end])
    }
    let made = try Python.run([directory.write(block("python"), to: "make.py")], in: directory.path)
    #expect(made.status == 0, "\(made.error)")
    let config = try directory.write(block("yaml"), to: "mine.yml")
    func martlet(_ arguments: [String]) throws -> String {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect(finished.status == 0, "\(arguments): \(finished.error)")
      return finished.output
    }
    _ = try martlet(["train", config, "--output", "run"])
    let checkpoint = "checkpoint.weights.h5"
    try FileManager.default.copyItem(
      atPath: URL(filePath: "\(directory.path)/run/latest.weights.h5").resolvingSymlinksInPath().path,
      toPath: "\(directory.path)/\(checkpoint)")
    _ = try martlet(["predict", checkpoint, "--output", "predictions.npz"])
    _ = try directory.write(martlet(["evaluate", checkpoint, "--format", "json"]), to: "evaluation.json")
    _ = try directory.write(martlet(["inspect", checkpoint, "--format", "json"]), to: "inspected.json")
    let checked = try Python.run(
      ["\(Shell.root)/Tests/MartletTests/Python/check_numbers.py", directory.path], in: directory.path)
    #expect(checked.status == 0, "\(checked.output)\(checked.error)")
    #expect(checked.output.hasSuffix("numbers agree\n"))
  }
}
