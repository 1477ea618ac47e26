import DurableFiles
import Foundation
import Martlet
import TestSupport
import Testing

@Suite("The command with the user's own arrays")
struct OwnDataTests {
  /// x ↦ sin x₀ + x₁ x₂ / 2, about.
  private static func arrays(_ part: String, from first: Int, _ count: Int) -> [NamedTensor] {
    let inputs = (3 * first..<3 * (first + count)).map { (index: Int) -> Float in Float(index * 7919 % 401) / 200 - 1 }
    let targets = (0..<count).map { (sample: Int) -> Float in
      let (a, b, c) = (inputs[3 * sample], inputs[3 * sample + 1], inputs[3 * sample + 2])
      let sine: Float = a - a * a * a / 6
      return sine + b * c / 2
    }
    return [NamedTensor("x_\(part)", [count, 3], inputs), NamedTensor("y_\(part)", [count], targets)]
  }

  private static func write(to directory: TemporaryDirectory, hasTest: Bool = true) throws {
    let tensors = arrays("train", from: 0, 120) + (hasTest ? arrays("test", from: 120, 30) : [])
    _ = try directory.write(NumPyArchive.bytes(tensors, path: "mine.npz"), to: "mine.npz")
  }

  static let yaml = """
    name: mine
    data: {dataset: npz, file: mine.npz}
    model:
      - dense: {units: 12, activation: tanh}
      - dense: {units: 1}
    compile: {optimizer: {name: adam, learning_rate: 0.01}, loss: mse, metrics: [mean_absolute_error]}
    fit: {epochs: 4, batch_size: 24, shards: 3, validation_split: 0.2}
    """

  @Test("trains a regression with separate validation and test data, and predicts values")
  func regression() throws {
    let directory = try TemporaryDirectory()
    try Self.write(to: directory)
    let config = try directory.write(Self.yaml, to: "mine.yml")
    let finished = try Shell.martlet(["train", config], in: directory.path)
    #expect(finished.error.isEmpty && finished.status == 0)
    #expect(
      finished.output.contains(
        "Data: npz - 96 + 24 + 30 samples of 3 values (training, validation, test) - scale: 1 - workers: "))
    #expect(finished.output.contains("val_mean_absolute_error: "))
    let last = try #require(finished.output.split(separator: "\n").last)
    #expect(last.wholeMatch(of: #/Test loss: \S+ - Test mean_absolute_error: \S+/#) != nil)
    #expect(directory.names.contains("checkpoints"))
    // The best checkpoint is chosen by val_loss by default.
    #expect(AtomicFile.exists("\(directory.path)/checkpoints/mine/best.weights.h5"))

    let evaluated = try Shell.martlet(["evaluate", "checkpoints/mine/latest.weights.h5"], in: directory.path)
    #expect(evaluated.output == "\(last)\n")
    let predicted = try Shell.martlet(["predict", "checkpoints/mine"], in: directory.path)
    let lines = predicted.output.split(separator: "\n")
    #expect(lines.first == "sample,output_0,target_0" && lines.count == 31)
    #expect(lines[1].split(separator: ",").count == 3)
    let shown = try Shell.martlet(["inspect", "checkpoints/mine"], in: directory.path)
    #expect(shown.output.contains("val_mean_absolute_error"))

    let file = try Shell.martlet(["predict", "checkpoints/mine", "--output", "out.npz"], in: directory.path)
    #expect(file.status == 0 && directory.names.contains("out.npz"))
    let refused = try Shell.martlet(["predict", "checkpoints/mine", "--output", "mine.npz"], in: directory.path)
    #expect(refused.status == 2)
    #expect(refused.error.contains("--output mine.npz: is an input file, and is not replaced."))
    let sample = try Shell.martlet(["data", "show", config, "--index", "1"], in: directory.path)
    #expect(sample.output.hasPrefix("input: ") && sample.output.contains("\ntarget: "))
    let sheet = try Shell.martlet(["data", "show", config, "--output", "x.png"], in: directory.path)
    #expect(
      sheet.status == 2 && sheet.error.contains("are floats (3,), not images of 1 or 3 channels. Leave out --output"))
  }

  @Test("resumes at any step with the bits of an uninterrupted run", arguments: [3, 4, 9])
  func resume(cut: Int) throws {
    let directory = try TemporaryDirectory()
    try Self.write(to: directory)
    let config = try directory.write(Self.yaml, to: "mine.yml")
    for arguments in [
      ["--output", "whole", "--workers", "1"], ["--output", "cut", "--max-steps", "\(cut)", "--workers", "3"],
      ["--output", "cut", "--resume"],
    ] {
      #expect(try Shell.martlet(["train", config] + arguments, in: directory.path).status == 0)
    }
    let difference = try Shell.martlet(["diff", "whole", "cut"], in: directory.path)
    #expect(difference.status == 0, "\(difference.output)")
    let other = try Shell.martlet(
      ["train", config, "--output", "cut", "--resume", "--set", "fit.validation_split=0.1"], in: directory.path)
    #expect(other.status == 2 && other.error.contains("cannot resume: fit.validation_split is 0.2 in the checkpoint"))
    let scaled = try Shell.martlet(
      ["train", config, "--output", "cut", "--resume", "--set", "data.scale=2"], in: directory.path)
    #expect(
      scaled.status == 2 && scaled.error.contains("cannot resume: data.scale is 1.0 in the checkpoint, but 2.0 now."))
  }

  @Test("evaluates on the validation part if there is no test data")
  func validation() throws {
    let directory = try TemporaryDirectory()
    try Self.write(to: directory, hasTest: false)
    let config = try directory.write(Self.yaml, to: "mine.yml")
    let finished = try Shell.martlet(["train", config], in: directory.path)
    #expect(finished.output.contains("Data: npz - 96 + 24 samples of 3 values (training, validation) - scale: 1"))
    let last = try #require(finished.output.split(separator: "\n").last)
    #expect(last.hasPrefix("Validation loss: "))
    let evaluated = try Shell.martlet(["evaluate", "checkpoints/mine/latest.weights.h5"], in: directory.path)
    #expect(evaluated.output == "\(last)\n")
    let predicted = try Shell.martlet(["predict", "checkpoints/mine"], in: directory.path)
    #expect(predicted.output.split(separator: "\n").count == 25)
  }

  static let mistakes: [(set: String, status: Int32, message: String)] = [
    (
      "fit.validation_split=1", 2, "fit.validation_split: expected a number greater than 0 and less than 1. Received: 1"
    ),
    (
      "fit.validation_split=0", 2, "fit.validation_split: expected a number greater than 0 and less than 1. Received: 0"
    ),
    (
      "fit.validation_split=0.999", 2,
      "a validation split of 0.999 uses 120 of the 120 samples of 'npz (train)', which leaves none for training. Choose "
        + "another one (fit.validation_split)."
    ),
    ("data.file=other.npz", 1, "other.npz: cannot be read"),
    ("data.file=mine.yml", 1, "mine.yml: a text"),
    (
      "compile.loss=categorical_crossentropy", 2,
      "needs one class per sample: a label or a one-hot vector. To predict numbers, use a loss such as"
    ),
    ("model.1.dense.units=2", 2, "mean_squared_error compares them element by element. Give the last layer 1 unit."),
    ("compile.loss=mean_squared_eror", 2, "unknown loss 'mean_squared_eror'. Did you mean 'mean_squared_error'?"),
    ("compile.metrics=[mea]", 2, "unknown metric 'mea'."),
    ("fit.validation_split=null", 1, "mine.npz: has no test data. Add the arrays x_test and y_test, or reserve a part"),
  ]

  @Test("reports errors with advice", arguments: mistakes.indices)
  func wrong(index: Int) throws {
    let (set, status, message) = Self.mistakes[index]
    let directory = try TemporaryDirectory()
    try Self.write(to: directory, hasTest: false)
    _ = try directory.write(Self.yaml, to: "mine.yml")
    let finished = try Shell.martlet(["train", "mine.yml", "--set", set], in: directory.path)
    #expect(finished.status == status)
    #expect(finished.error.contains(message), "\(finished.error)")
    #expect(finished.error.split(separator: "\n").count == 1)
    #expect(!directory.names.contains("checkpoints"))
  }
}
