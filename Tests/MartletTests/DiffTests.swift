import Foundation
import Martlet
import TestSupport
import Testing

@Suite("martlet diff")
struct DiffTests {
  private static let more = "callbacks: [{reduce_lr_on_plateau: {monitor: loss}}]"

  /// Trains into one directory per name.
  private func train(_ runs: [(name: String, arguments: [String])], in directory: TemporaryDirectory) throws {
    let config = try directory.write(CommandTests.yaml + "\n" + Self.more, to: "small.yml")
    for (name, arguments) in runs {
      let finished = try Shell.martlet(
        ["train", config, "--output", name, "--verbose", "0"] + arguments, in: directory.path)
      #expect(finished.status == 0, "\(finished.error)")
    }
  }

  private func diff(_ left: String, _ right: String, in directory: TemporaryDirectory) throws -> Finished {
    try Shell.martlet(["diff"] + [left, right].map { "\($0)/latest.weights.h5" }, in: directory.path)
  }

  @Test("finds no difference between an uninterrupted and an interrupted run, whatever its name and workers")
  func same() throws {
    let directory = try TemporaryDirectory()
    try train(
      [
        ("whole", ["--workers", "1"]), ("cut", ["--max-steps", "7", "--workers", "2"]), ("cut", ["--resume"]),
        ("longer", ["--max-steps", "12", "--epochs", "9"]),
      ], in: directory)
    for name in ["cut", "longer"] {
      let same = try diff("whole", name, in: directory)
      #expect(same.status == 0)
      #expect(
        same.output.wholeMatch(
          of:
            #/the same: 11,854 weights and their optimizer after step 12, the history of 2 epochs, and all else but .*\n/#
        )
          != nil, "\(same.output)")
    }
  }

  @Test("names the differences: position in the run, history, weights, optimizer, configuration")
  func different() throws {
    let directory = try TemporaryDirectory()
    try train([("one", []), ("shorter", ["--max-steps", "7"]), ("seed", ["--seed", "2"])], in: directory)
    let shorter = try diff("one", "shorter", in: directory)
    #expect(shorter.status == 1 && shorter.error.isEmpty)
    for line in [
      "epochs done: 2 and 1\n", "steps done: 12 and 7\n", "steps in the current epoch: 0 and 1\n",
      "samples in the current epoch: 0 and 200\n", "history of val_loss: 2 epochs and 1\n",
      "weights of dense/kernel: ", "optimizer momentum of dense/kernel: ", "optimizer velocity of conv2d/bias: ",
    ] {
      #expect(shorter.output.contains(line), "\(shorter.output)")
    }
    #expect(!shorter.output.contains("seed") && !shorter.output.contains("seconds"))
    let seed = try diff("one", "seed", in: directory)
    #expect(seed.status == 1)
    #expect(seed.output.contains("configuration: fit.seed: 1 and 2\n") && seed.output.contains("\nseed: 1 and 2\n"))
    #expect(seed.output.contains(#/history of loss, epoch 1: \d\.\d+ and \d\.\d+\n/#))
  }

  @Test("compares the newest checkpoints of two directories, not the best ones")
  func directories() throws {
    let directory = try TemporaryDirectory()
    // From the second epoch on the learning rate is far too large: the best checkpoint of both is that of the first.
    let worse = ["compile.learning_rate_schedule={name: step, decay_steps: 6, decay_rate: 100}", "callbacks=[]"]
    let options = (worse + ["checkpoints.keep_best=val_loss"]).flatMap { ["--set", $0] }
    try train(
      [("short", options), ("long", options + ["--epochs", "3"]), ("long2", options + ["--epochs", "3"])], in: directory
    )
    for name in ["short", "long"] {
      let best = try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory.path)/\(name)/best.weights.h5")
      #expect(best == "step-00000006.weights.h5")
    }
    let different = try Shell.martlet(["diff", "short", "long"], in: directory.path)
    #expect(different.status == 1)
    #expect(different.output.hasPrefix("epochs done: 2 and 3\n"))
    #expect(
      different.error == "martlet: note: short: using short/step-00000012.weights.h5, the newest.\n"
        + "martlet: note: long: using long/step-00000018.weights.h5, the newest.\n")
    let same = try Shell.martlet(["diff", "long", "long2"], in: directory.path)
    #expect(same.status == 0)
    #expect(same.output.contains("after step 18"))
    // A corrupt checkpoint is skipped.
    let newest = URL(filePath: "\(directory.path)/long/step-00000018.weights.h5")
    try Data(contentsOf: newest).dropLast(1).write(to: newest)
    let older = try Shell.martlet(["diff", "short", "long"], in: directory.path)
    #expect(older.status == 0)
    #expect(older.error.contains("martlet: warning: skipped long/step-00000018.weights.h5: is truncated"))
  }

  @Test("detects a single bit", arguments: [0, 2])
  func bit(part: Int) throws {
    let directory = try TemporaryDirectory()
    try train([("one", [])], in: directory)
    let saved = try Checkpoint(path: "\(directory.path)/one/latest.weights.h5")
    var other = saved
    let variables = [saved.snapshot.parameters] + saved.snapshot.slots
    let kernel = variables[part][0]
    var values = kernel.values
    values[3] = Float(bitPattern: values[3].bitPattern ^ 1)
    let changed = Snapshot.Variable(path: kernel.path, shape: kernel.shape, values: values)
    if part == 0 {
      other.snapshot.parameters[0] = changed
    } else {
      other.snapshot.slots[part - 1][0] = changed
    }
    let what = part == 0 ? "weights" : "optimizer velocity"
    let wording = "\(what) of conv2d/kernel: 1 of 100 values, the first of them \(kernel.values[3]) and \(values[3])"
    #expect(saved.differences(from: other) == [wording])
    #expect(saved.differences(from: saved).isEmpty)
    // Zeros differ by their sign, and NaNs by their bits.
    for (left, right, isSame) in [(Float(0), -0.0, false), (.nan, .nan, true)] as [(Float, Float, Bool)] {
      var pair = [saved, saved]
      for (index, value) in [left, right].enumerated() {
        let variable = Snapshot.Variable(path: "conv2d/kernel", shape: [1], values: [value])
        pair[index].snapshot.parameters[0] = variable
      }
      #expect(pair[0].differences(from: pair[1]).isEmpty == isSame)
    }
  }

  @Test("refuses a corrupt file instead of comparing it")
  func damaged() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write("name: x\n", to: "x.yml")
    let finished = try Shell.martlet(["diff", "x.yml", "x.yml"], in: directory.path)
    #expect(finished.status == 1 && finished.output.isEmpty)
    #expect(finished.error.hasPrefix("martlet: x.yml: "))
    #expect(try Shell.martlet(["diff", "x.yml"], in: directory.path).status == 2)
  }
}
