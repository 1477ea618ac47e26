import Foundation
import TestSupport
import Testing

@Suite("Output files")
struct OutputPathTests {
  /// A command, the file that it would replace, and why it refuses.
  static let refusals: [(arguments: [String], content: [UInt8], reason: String)] = [
    (["predict", "run", "--output"], Array("epoch,loss\n1,2\n".utf8), "is not a table of predictions, and is not"),
    (["data", "show", "digits", "--output"], Array("name: x\n".utf8), "is a text file that starts with 'name: x',"),
    (["data", "show", "digits", "--output"], [0xff, 0xd8, 0xff, 0xe0], "is a JPEG picture, and is not replaced."),
    (["data", "show", "digits", "--output"], [1, 2, 3], "is not a PNG picture, and is not replaced."),
  ]

  @Test("are not replaced if they have other contents", arguments: refusals.indices)
  func somethingElse(index: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    #expect(
      try Shell.martlet(["train", config, "--output", "run", "--max-steps", "1"], in: directory.path).status == 0)
    let (arguments, content, reason) = Self.refusals[index]
    _ = try directory.write(content, to: "x.csv")
    let refused = try Shell.martlet(arguments + ["x.csv"], in: directory.path)
    #expect(refused.status == 2)
    #expect(refused.error.hasPrefix("martlet: --output x.csv: \(reason)"), "\(refused.error)")
    #expect(try Array(Data(contentsOf: URL(filePath: "\(directory.path)/x.csv"))) == content)
    // A file of the same kind is replaced, and an empty one.
    for name in ["y.csv", "y.csv", "empty.csv"] {
      if name == "empty.csv" { _ = try directory.write([], to: name) }
      #expect(try Shell.martlet(arguments + [name], in: directory.path).status == 0)
    }
  }

  @Test("must not be directories or input files")
  func read() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.csv")
    let train = ["train", config, "--output", "run.csv", "--max-steps", "1"]
    #expect(try Shell.martlet(train, in: directory.path).status == 0)
    for (arguments, reason) in [
      (["predict", "run.csv", "--output", "run.csv"], "--output run.csv: is a directory. Name a file in it."),
      (["data", "show", "digits", "--output", "run.csv"], "--output run.csv: is a directory. Name a file in it."),
      (
        ["predict", "run.csv", "--config", "small.csv", "--output", "small.csv"],
        "--output small.csv: is an input file, and is not replaced. Choose another name."
      ),
      (
        ["import", "run.csv", "--output", "other"],
        "run.csv: is a directory. Name a model's file (.keras, .h5, .weights.h5)."
      ),
    ] {
      let refused = try Shell.martlet(arguments, in: directory.path)
      #expect((refused.status, refused.error) == (2, "martlet: \(reason)\n"))
    }
    #expect(try directory.text("small.csv") == CommandTests.yaml)
  }
}
