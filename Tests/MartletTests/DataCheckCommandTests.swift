import Martlet
import TestSupport
import Testing

@Suite("martlet data check")
struct DataCheckCommandTests {
  @Test("prints counts and statistics, and exits with 0 for good data")
  func good() throws {
    let directory = try TemporaryDirectory()
    try OwnData.grayImages.write(to: directory)
    let finished = try Shell.martlet(["data", "check", "mine.npz"], in: directory.path)
    #expect((finished.status, finished.error) == (0, ""))
    let lines = finished.output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "mine.npz: inputs: bytes (16, 12, 1), targets: labels")
    #expect(lines[1].split(separator: " ") == ["part", "samples", "values", "mean", "deviation", "minimum", "maximum"])
    #expect(lines[2].split(separator: " ").prefix(3) == ["train", "60", "all"])
    #expect(lines.contains("    0     20     5"))
    #expect(lines.last == "no problems, no remarks")
  }

  /// A label of the training data is planted in the test data under another one.
  private func planted(_ directory: TemporaryDirectory) throws {
    let train = try OwnData.vectors.data(30)
    let inputs = try train.input(4) + train.input(5) + [1, 2, 3, 4]
    let test = try Dataset(name: "x", shape: [4], inputs: inputs, labels: [2, 2, 3])
    _ = try DatasetConversion.write(
      [DatasetPart(.train, train), DatasetPart(.test, test)], to: "\(directory.path)/mine.npz", .npz)
  }

  @Test("names planted faults, and exits with 1")
  func faults() throws {
    let directory = try TemporaryDirectory()
    try planted(directory)
    let finished = try Shell.martlet(["data", "check", "mine.npz"], in: directory.path)
    #expect((finished.status, finished.error) == (1, ""))
    #expect(
      finished.output.hasSuffix(
        """

        Problems:
          1 input has more than one target, in 2 samples.
            train 4 (label 1) = test 0 (label 2)
          2 of the 3 samples of test are in train too.
            train 4 (label 1) = test 0 (label 2)
            train 5 (label 2) = test 1 (label 2)
          1 class in test but not in train.
            label 3

        Remarks:
          2 classes in train but not in test.
            label 0
            label 1

        3 problems, 1 remark

        """))
    let json = try Shell.martlet(["data", "check", "mine.npz", "--json"], in: directory.path)
    #expect(json.status == 1)
    #expect(json.output.contains(#""kind": "conflicting_targets", "problem": true, "count": 1"#))
    #expect(json.output.hasSuffix("\"problems\": 3, \"remarks\": 1}\n"))
    #expect(json.output.contains(#"{"label": 0, "samples": 10}"#))
  }

  @Test("checks the validation split of a configuration")
  func split() throws {
    let directory = try TemporaryDirectory()
    let sorted = try Dataset(
      name: "x", shape: [1], inputs: (0..<10).map(Float.init), labels: (0..<10).map { $0 / 5 })
    _ = try DatasetConversion.write([DatasetPart(.train, sorted)], to: "\(directory.path)/mine.npz", .npz)
    let config = try directory.write(
      """
      name: mine
      data: {dataset: npz, file: mine.npz}
      model: [dense: {units: 2, activation: softmax}]
      fit: {validation_split: 0.5, batch_size: 5}
      """, to: "run.yml")
    let finished = try Shell.martlet(["data", "check", config], in: directory.path)
    #expect(finished.status == 1)
    #expect(finished.output.contains("  1 class in validation but not in train.\n    label 1\n"))
  }

  static let mistakes: [(arguments: [String], status: Int32, message: String)] = [
    (["digit"], 2, "martlet: unknown data set 'digit'. Did you mean 'digits'?"),
    (["./none.npz"], 2, "martlet: ./none.npz: does not exist. Name a data set, a file of arrays,"),
    (["text"], 2, "martlet: text:"),
    (["picture"], 2, "martlet: picture: a GIF picture. Name a data set, a file of arrays, a folder"),
    (["empty"], 2, "martlet: empty: a directory without data that Martlet reads."),
    (["broken.npz"], 1, "martlet: broken.npz:"),
    (["npz"], 2, "martlet: 'npz' has no default location"),
  ]

  @Test("reports errors", arguments: mistakes.indices)
  func wrong(index: Int) throws {
    let (arguments, status, message) = Self.mistakes[index]
    let directory = try TemporaryDirectory()
    _ = try directory.write("some: text\n", to: "text")
    _ = try directory.write("GIF89a", to: "picture")
    try OwnData.values.write(to: directory, as: "whole.npz")
    let whole = try Shell.run("/bin/sh", ["-c", "mkdir empty; head -c 700 whole.npz > broken.npz"], in: directory.path)
    #expect(whole.status == 0)
    let finished = try Shell.martlet(["data", "check"] + arguments, in: directory.path)
    #expect(finished.status == status && finished.error.hasPrefix(message), "\(finished.error)")
    #expect(finished.output.isEmpty)
  }
}
