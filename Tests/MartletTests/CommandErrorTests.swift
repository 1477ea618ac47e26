import DurableFiles
import Foundation
import Martlet
import TestSupport
import Testing

@Suite("The errors of the command")
struct CommandErrorTests {
  /// Arguments, exit code, and the start of the message.
  static let mistakes: [([String], Int32, String)] = [
    ([], 0, ""),
    (["trian"], 2, "Error: "),
    (["train"], 2, "Error: Missing expected argument '<config>'"),
    (["train", "/nowhere.yml"], 2, "martlet: /nowhere.yml: cannot be read: No such file or directory."),
    (["train", "CONFIG", "--workers", "0"], 2, "martlet: --workers must be at least 1 and at most 1024. Received: 0"),
    (["train", "CONFIG", "--workers", "many"], 2, "Error: The value 'many' is invalid for '--workers <workers>'"),
    (
      ["train", "CONFIG", "--epochs", "-1"], 2,
      "martlet: --epochs must be at least 1 and at most 16777215. Received: -1"
    ),
    (
      ["train", "CONFIG", "--batch-size", "99999"], 2,
      "martlet: a batch of 99999 samples is larger than 'digits (train)', which has 1100."
    ),
    (["train", "CONFIG", "--shards", "201"], 2, "martlet: 200 samples cannot be split into 201 shards."),
    (["train", "CONFIG", "--verbose", "3"], 2, "martlet: --verbose must be 0, 1 or 2. Received: 3"),
    (
      ["train", "CONFIG", "--data", "/tmp"], 2,
      "martlet: --data /tmp: the data set 'digits' has no files. Leave out --data."
    ),
    (
      ["train", "CONFIG", "--resume", "--overwrite"], 2,
      "martlet: --resume continues a run, --overwrite replaces it: use one of them."
    ),
    (["train", "CONFIG", "--resume"], 2, "martlet: checkpoints/small: holds no checkpoint to resume from."),
    (
      ["train", "CONFIG", "--resume", "/nowhere.weights.h5"], 1,
      "martlet: /nowhere.weights.h5: cannot be read: No such file or directory."
    ),
    (
      ["train", "CONFIG", "--output", "/proc/martlet"], 1, "martlet: /proc/martlet: cannot be created as a directory: "
    ),
    (
      ["train", "CONFIG", "--step-log", "/nowhere/steps.csv"], 1,
      "martlet: /nowhere/steps.csv: cannot be created: No such file or directory."
    ),
    (
      ["evaluate", "/nowhere.weights.h5"], 1, "martlet: /nowhere.weights.h5: cannot be read: No such file or directory."
    ),
    (["evaluate", "CONFIG"], 1, "martlet: CONFIG: is not a model: neither a Martlet checkpoint, nor a zip archive"),
    (
      ["predict", "CONFIG", "--output", "p.txt"], 2,
      "martlet: --output p.txt: the name must end in .csv, .jsonl, .h5 or .npz, which selects the format."
    ),
    (["inspect", "CONFIG", "--format", "xml"], 2, "Error: The value 'xml' is invalid for '--format <format>'"),
    (["data", "show", "digit"], 2, "martlet: unknown data set 'digit'. Did you mean 'digits'?"),
    (
      ["init", "nope"], 2,
      "martlet: unknown data set 'nope'. Known names: mnist, fashion_mnist, cifar10, cifar100, digits, image_folder, idx, "
        + "npz, npy, hdf5. There is no file or directory of this name either.\n"
    ),
    (
      ["data", "fetch", "mnist", "--mirror", "ftp://x"], 2,
      "martlet: --mirror must be an address that starts with http:// or https://. Received: ftp://x\n"
    ),
    (
      ["data", "fetch", "mnist", "--mirror", "https:x"], 2,
      "martlet: --mirror must be an address that starts with http:// or https://. Received: https:x\n"
    ),
    (
      ["data", "convert", "digits", "/dev/null"], 2,
      "martlet: /dev/null: is a device or a pipe. Name a file to write: its format is not written in order.\n"
    ),
    (
      ["data", "show", "digits", "--index", "12000"], 2,
      "martlet: --index must be at most 11999, the last sample of 'digits (train)'. Received: 12000\n"
    ),
    (
      ["data", "show", "digits", "--count", "-1", "--output", "x.png"], 2,
      "martlet: --count must be at least 1. Received: -1\n"
    ),
    (["data", "show", "digits", "--count", "0"], 2, "martlet: --count must be at least 1. Received: 0\n"),
    (["data", "show", "digits", "--index", "-3"], 2, "martlet: --index must be at least 0. Received: -3\n"),
    (
      ["data", "show", "digits", "--index", "11990", "--count", "\(Int.max)", "--output", "x.png"], 2,
      "martlet: --count must be at most 10: 'digits (train)' has samples 0 to 11999, and --index is 11990. "
        + "Received: \(Int.max)\n"
    ),
    (
      ["data", "show", "digits", "--count", "1\(Int.max)", "--output", "x.png"], 2,
      "Error: The value '1\(Int.max)' is invalid for '--count <count>'"
    ),
    (
      ["data", "show", "digits", "--output", "CONFIG"], 2,
      "martlet: --output CONFIG: is a text file that starts with 'name: small', and is not replaced. "
        + "Choose another name.\n"
    ),
    (
      ["evaluate", "CONFIG", "--workers", "-1"], 2,
      "martlet: --workers must be at least 1 and at most 1024. Received: -1"
    ),
    (["data", "fetch", "digits"], 2, "martlet: 'digits' is built in: there is nothing to download."),
  ]

  @Test("reports errors in one message, with the exit code", arguments: mistakes.indices)
  func wording(index: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let (arguments, status, wording) = Self.mistakes[index]
    let finished = try Shell.martlet(arguments.map { $0 == "CONFIG" ? config : $0 }, in: directory.path)
    #expect(finished.status == status)
    #expect(finished.error.hasPrefix(wording.replacing("CONFIG", with: config)))
    if status != 0 { #expect(finished.output.isEmpty) }
  }

  /// Impossible models and values, with the start of the message.
  static let impossible: [(yaml: String, wording: String)] = [
    ("model: [flatten]", "model: it has no weights to train. Add a dense or a conv2d layer."),
    ("model: [flatten, flatten, {activation: {activation: softmax}}]", "model: it has no weights to train."),
    (
      "model: [flatten, dense: {units: 1000000}, dense: {units: 1000}, dense: {units: 10}]",
      "the model needs "
    ),
    (
      "model: [flatten, dense: {units: 1000000}, dense: {units: 1000000}, dense: {units: 10}]",
      "model[2] (dense_1): its kernel would have the shape (1000000, 1000000); at most 1073741824 values are possible."
    ),
    (
      // The size in bytes overflows an integer.
      "model: [flatten, \(Array(repeating: "dense: {units: 30000}", count: 997).joined(separator: ", ")), dense: {units: 10}]\n"
        + "fit: {batch_size: 12000}",
      "the model needs "
    ),
    (
      "model: [conv2d: {filters: 1, kernel_size: 20000, padding: same}, flatten, dense: {units: 10}]",
      "model[0] (conv2d): got (28, 28, 1), needs a window of at most 55x55 pixels, not 20000x20000"
    ),
    (
      "model: [\(Array(repeating: "flatten", count: 1001).joined(separator: ","))]",
      "model: it has 1001 layers, more than the 1000 that a checkpoint can store."
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncompile: {optimizer: {name: adam, learning_rate: 1e300}}",
      "CONFIG:4: compile.optimizer.learning_rate: expected a number greater than 0 as a 32-bit number. Received: 1e+300"
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncompile: {optimizer: {name: adam, beta_1: 0.9999999999999}}",
      "CONFIG:4: compile.optimizer.beta_1: expected a number of 0 or more and less than 1 as a 32-bit number."
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncompile: {metrics: [accuracy, accuracy]}",
      "CONFIG:4: compile.metrics: duplicate metric: accuracy, accuracy."
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncheckpoints: {directory: \"a\\0b\"}",
      "CONFIG:4: checkpoints.directory: expected a string without a NUL character."
    ),
    (
      "a0: &a0 [x,x]\n"
        + (0..<40).map { "a\($0 + 1): &a\($0 + 1) [*a\($0),*a\($0)]\n" }.joined() + "? *a40\n: 1",
      "CONFIG: more than 20 aliases ('*name')."
    ),
  ]

  @Test("refuses what no machine can train, before anything is written", arguments: impossible.indices)
  func impossibleRuns(index: Int) throws {
    let directory = try TemporaryDirectory()
    let (yaml, wording) = Self.impossible[index]
    let config = try directory.write("name: t\ndata: {dataset: digits}\n\(yaml)\n", to: "t.yml")
    let finished = try Shell.martlet(["train", config, "--max-steps", "1"], in: directory.path)
    #expect(finished.status == 2)
    #expect(finished.error.hasPrefix("martlet: \(wording.replacing("CONFIG", with: config))"), "\(finished.error)")
    #expect(directory.names == ["t.yml"])
  }
}
