import Foundation
import TestSupport
import Testing

/// An unusable file of another program is a failure (1) in every command; the message names the file and, if
/// applicable, the layer, and only advises options that the command has.
@Suite("Faults in Keras files")
struct ForeignFaultTests {
  /// Changes of `keras315-lesson.h5` that keep its length, and the message after the file name.
  static let faults: [(old: String, new: String, message: String)] = [
    (
      #""activation": "relu""#, #""activation": "celu""#,
      "layer 'first' (Conv2D).activation: unknown activation 'celu'. Known"
    ),
    (#""padding": "valid""#, #""padding": "vague""#, "layer 'first' (Conv2D).padding: unknown padding 'vague'. Known"),
    (#""filters": 3"#, #""filters": 0"#, "layer 'first' (Conv2D).filters: expected an integer from 1 to 1000000."),
    (
      #""kernel_size": [3, 2]"#, #""kernel_size": [9, 2]"#,
      "layer 'first' (Conv2D): got (8, 8, 1), needs an image of at least 9x2 pixels."
    ),
    (
      #""class_name": "Flatten""#, #""class_name": "Flattop""#,
      "layer 'flatten' is a Flattop, which is not supported."
    ),
    (
      #""data_format": "channels_last""#, #""data_format": "channels_lost""#,
      "layer 'first' (Conv2D): the option data_format is \"channels_lost\","
    ),
    (#""units": 6"#, #""units": 7"#, "its weights do not fit the model: '"),
    (#""units": 6"#, #""units": x"#, "not JSON: "),
    (#""class_name": "Sequential""#, #""class_name": "Sequestral""#, "is a model of the class Sequestral. Only Seq"),
    (
      #""batch_shape": [null, 8, 8, 1]"#, #""batch_shape": [null, 8, 8, 0]"#,
      "the input: the option shape is [null, 8, 8, 0]"
    ),
    ("\u{89}HDF", "\u{89}HDG", "is not a model: "),
  ]

  private static let commands = [
    ["predict", "bad.h5", "--config", "small.yml"], ["evaluate", "bad.h5", "--config", "small.yml"],
    ["export", "bad.h5", "x.onnx"], ["import", "bad.h5", "--output", "run"],
    ["import", "bad.h5", "--output", "run", "--fresh-optimizer"],
  ]

  @Test("end every command with 1 and the same message", arguments: faults.indices)
  func exitCodes(index: Int) throws {
    let (old, new, message) = Self.faults[index]
    let directory = try KerasCommandTests.prepared(model: KerasCommandTests.lesson)
    var data = try Data(contentsOf: URL(filePath: "\(KerasCommandTests.golden)/keras315-lesson.h5"))
    func latin(_ text: String) -> Data { Data(text.unicodeScalars.map { UInt8($0.value) }) }
    let range = try #require(data.range(of: latin(old)))
    data.replaceSubrange(range, with: latin(new))
    try data.write(to: URL(filePath: "\(directory.path)/bad.h5"))
    var messages: Set<String> = []
    for arguments in Self.commands {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect(finished.status == 1, "\(arguments): \(finished.error)")
      #expect(finished.error.hasPrefix("martlet: bad.h5: \(message)"), "\(finished.error)")
      #expect(!finished.error.contains("Did you mean") && finished.error.split(separator: "\n").count == 1)
      messages.insert(finished.error)
    }
    #expect(messages.count == 1)
    #expect(directory.names == ["bad.h5", "images", "labels", "small.yml"])
  }

  /// Commands that fail, in a directory with a run and with models of Keras'. LESSON and PURPOSES are golden files.
  static let failures: [[String]] = [
    ["import", "LESSON"], ["import", "LESSON", "--output", "run"],
    ["import", "PURPOSES/functional.keras", "--output", "x"],
    ["import", "WEIGHTS", "--output", "x"], ["predict", "WEIGHTS"], ["evaluate", "WEIGHTS"],
    ["export", "WEIGHTS", "x.npz"],
    ["evaluate", "LESSON"], ["predict", "LESSON"], ["predict", "LESSON", "--dataset", "idx"],
    ["predict", "LESSON", "--dataset", "digits", "--data", "."], ["evaluate", "LESSON", "--dataset", "digts"],
    ["predict", "LESSON", "--config", "small.yml", "--output", "x.txt"], ["export", "LESSON", "x.txt"],
    ["export", "LESSON", "x.onnx", "--layout", "torch"], ["export", "LESSON", "small.yml", "--format", "npz"],
    ["import", "LESSON", "--output", "x", "--config-out", "small.yml"], ["import", "regularized.h5", "--output", "x"],
    ["import", "scaled-loss.h5", "--output", "x"], ["import", "other-loss.h5", "--output", "x"],
    ["import", "other-optimizer.h5", "--output", "x"],
    ["import", "other-optimizer.h5", "--config", "small.yml", "--output", "x"],
    ["import", "LESSON", "--config", "other.yml", "--output", "x"],
    ["train", "small.yml", "--output", "run"], ["train", "small.yml", "--output", "x", "--resume"],
    ["train", "other.yml", "--output", "run", "--resume"],
    ["train", "small.yml", "--initial-weights", "x", "--resume"],
    ["train", "small.yml", "--resume", "--overwrite"], ["train", "small.yml", "--shards", "11"],
    ["inspect", "LESSON.none"], ["data", "show", "digits", "--count", "3"],
  ]

  @Test("advise options that the command has", arguments: failures.indices)
  func advice(index: Int) throws {
    let directory = try KerasCommandTests.prepared(model: KerasCommandTests.lesson)
    _ = try KerasCommandTests.succeed(["train", "small.yml", "--output", "run", "--max-steps", "2"], in: directory)
    _ = try directory.write(directory.text("small.yml").replacing("tanh", with: "relu"), to: "other.yml")
    let golden = try Data(contentsOf: URL(filePath: "\(KerasCommandTests.golden)/keras315-lesson.h5"))
    for (name, old, new) in [
      ("regularized", #""activity_regularizer": null"#, #""activity_regularizer": "l3""#),
      ("scaled-loss", #""loss_scale_factor": null"#, #""loss_scale_factor": 1024"#),
      ("other-loss", #""loss": "categorical_crossentropy""#, #""loss": "categorical_corneredness""#),
      ("other-optimizer", #""class_name": "Adam""#, #""class_name": "Adax""#),
    ] {
      var data = golden
      try data.replaceSubrange(#require(data.range(of: Data(old.utf8))), with: Data(new.utf8))
      try data.write(to: URL(filePath: "\(directory.path)/\(name).h5"))
    }
    let arguments = Self.failures[index].map {
      $0.replacing("LESSON", with: "\(KerasCommandTests.golden)/keras315-lesson.keras")
        .replacing("WEIGHTS", with: "\(KerasCommandTests.golden)/keras315-lesson.weights.h5")
        .replacing("PURPOSES", with: "\(KerasCommandTests.golden)/purposes")
    }
    let finished = try Shell.martlet(arguments, in: directory.path)
    #expect([1, 2].contains(finished.status), "\(arguments): \(finished.output)")
    // Advice may be a whole command.
    let others = finished.error.matches(of: #/martlet (train) [^:]*?(--[a-z-]+)/#).map { ($0.1, $0.2) }
    let own = Set(finished.error.matches(of: #/--[a-z][a-z-]*/#).map { String($0.output) })
      .subtracting(others.map { String($0.1) })
    let command = arguments.prefix(arguments[0] == "data" ? 2 : 1)
    let help = try KerasCommandTests.succeed(["help"] + command, in: directory)
    for option in own { #expect(help.contains("\(option)"), "\(arguments): \(finished.error)") }
    for (command, option) in others {
      #expect(try KerasCommandTests.succeed(["help", String(command)], in: directory).contains(option))
    }
  }
}
