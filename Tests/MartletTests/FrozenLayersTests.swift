import Foundation
import Martlet
import TestSupport
import Testing

/// Frozen layers through the commands: fine-tuning, resuming, files of Keras'.
@Suite("Runs with frozen layers")
struct FrozenLayersTests {
  private static let frozen =
    "[conv2d: {filters: 3, kernel_size: [3, 2], activation: relu, trainable: false}, max_pooling2d, flatten, "
    + "dense: {units: 6, activation: tanh}, batch_normalization: {trainable: false}, "
    + "dense: {units: 4, activation: softmax}]"
  private static let free = frozen.replacing(", trainable: false", with: "").replacing(": {trainable: false}", with: "")

  /// A run of six steps per epoch without frozen layers, and configurations with and without them.
  private func prepared() throws -> TemporaryDirectory {
    let directory = try KerasCommandTests.prepared(model: Self.free)
    _ = try KerasCommandTests.succeed(["train", "small.yml", "--output", "first"], in: directory)
    let text = try directory.text("small.yml")
    _ = try directory.write(text.replacing(Self.free, with: Self.frozen), to: "frozen.yml")
    return directory
  }

  private func checkpoint(_ run: String, _ step: Int, _ directory: TemporaryDirectory) throws -> Checkpoint {
    try CheckpointStore.read("\(directory.path)/\(run)/step-\(String(format: "%08d", step)).weights.h5")
  }

  private static let frozenPaths: Set = [
    "conv2d/kernel", "conv2d/bias", "batch_normalization/gamma", "batch_normalization/beta",
    "batch_normalization/moving_mean", "batch_normalization/moving_variance",
  ]

  @Test("keep the weights of a file in them, resume to the same bits, and can be unfrozen")
  func fineTuning() throws {
    let directory = try prepared()
    let start = ["train", "frozen.yml", "--initial-weights", "first/step-00000012.weights.h5", "--output"]
    let output = try KerasCommandTests.succeed(start + ["whole"], in: directory)
    // 21 of the convolution, 24 of the normalization.
    #expect(output.contains("Non-trainable params: 45 (180.00 B)"), "\(output)")
    let (first, whole) = (
      try checkpoint("first", 12, directory).snapshot, try checkpoint("whole", 12, directory).snapshot
    )
    for (old, new) in zip(first.parameters, whole.parameters) {
      #expect((old == new) == Self.frozenPaths.contains(new.path), "\(new.path)")
    }
    #expect(
      whole.slots.allSatisfy { $0.map(\.path) == ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"] })
    _ = try KerasCommandTests.succeed(start + ["cut", "--max-steps", "8"], in: directory)
    _ = try KerasCommandTests.succeed(
      ["train", "frozen.yml", "--output", "cut", "--resume", "--workers", "3"], in: directory)
    _ = try KerasCommandTests.succeed(
      ["diff", "whole/step-00000012.weights.h5", "cut/step-00000012.weights.h5"], in: directory)
    let refused = try Shell.martlet(["train", "small.yml", "--output", "cut", "--resume"], in: directory.path)
    #expect(refused.status == 2)
    #expect(
      refused.error.hasPrefix(
        "martlet: cannot resume: the list of frozen layers (fit.freeze, or trainable: false in model) is "
          + "[\"conv2d\", \"batch_normalization\"] in the checkpoint, but [] now."), "\(refused.error)")
    _ = try KerasCommandTests.succeed(
      ["train", "small.yml", "--initial-weights", "whole/step-00000012.weights.h5", "--output", "all"], in: directory)
    let all = try checkpoint("all", 12, directory).snapshot
    #expect(zip(whole.parameters, all.parameters).allSatisfy { $0 != $1 })
  }

  @Test("of which all layers are frozen are refused, and nothing is written")
  func allFrozen() throws {
    let directory = try prepared()
    let all = Self.frozen.replacing("dense: {", with: "dense: {trainable: false, ")
    _ = try directory.write(directory.text("small.yml").replacing(Self.free, with: all), to: "all.yml")
    for arguments in [[], ["--dry-run"]] {
      let refused = try Shell.martlet(["train", "all.yml", "--output", "run"] + arguments, in: directory.path)
      #expect(refused.status == 2)
      #expect(
        refused.error
          == "martlet: model: all layers with weights are frozen. Remove trainable: "
          + "false from at least one.\n")
    }
    #expect(!directory.names.contains("run"))
  }

  @Test("go through Keras files, and Keras training with frozen layers resumes", arguments: ["keras", "h5"])
  func files(format: String) throws {
    let directory = try prepared()
    _ = try KerasCommandTests.succeed(
      ["train", "frozen.yml", "--output", "run", "--max-steps", "6"], in: directory)
    _ = try KerasCommandTests.succeed(["export", "run", "model.\(format)"], in: directory)
    _ = try KerasCommandTests.succeed(
      ["import", "model.\(format)", "--config", "frozen.yml", "--output", "again"], in: directory)
    let imported = try Checkpoint(path: "\(directory.path)/again/step-00000006.weights.h5")
    #expect(imported.configuration.training.model.nodes.map(\.isTrainable) == [false, true, true, true, false, true])
    let (one, own) = (imported.snapshot, try checkpoint("run", 6, directory).snapshot)
    #expect(one.parameters == own.parameters && one.slots == own.slots)
    // A configuration that freezes other layers cannot resume with the optimizer state, only with a fresh optimizer.
    let refused = try Shell.martlet(
      ["import", "model.\(format)", "--config", "small.yml", "--output", "other"], in: directory.path)
    #expect(
      refused.status == 2
        && refused.error.contains(
          "small.yml: the list of frozen layers (fit.freeze, or trainable: false in model) is [], in model.\(format) it is "
            + "[\"conv2d\", \"batch_normalization\"]"),
      "\(refused.error)")
    _ = try KerasCommandTests.succeed(
      ["import", "model.\(format)", "--config", "small.yml", "--output", "other", "--fresh-optimizer"], in: directory)
    let other = try Checkpoint(path: "\(directory.path)/other/step-00000000.weights.h5")
    #expect(other.configuration.training.model.nodes.map(\.isTrainable) == [true, true, true, true, true, true])
    _ = try KerasCommandTests.succeed(["train", "small.yml", "--output", "other", "--resume"], in: directory)

    let source = "\(KerasCommandTests.golden)/graphs/keras315-frozen_nested.\(format)"
    _ = try KerasCommandTests.succeed(
      ["import", source, "--output", "nested", "--config-out", "nested.yml"], in: directory)
    var before = try Checkpoint(path: "\(directory.path)/nested/step-00000006.weights.h5")
    before.configuration.training.batchSize = 10
    let model = before.configuration.training.model
    let frozen = Set(model.nodes.indices.filter { !model.nodes[$0].isTrainable }.map { model.layerNames[$0] })
    #expect(frozen.isSuperset(of: ["inner", "norm", "still", "fixed", "middle"]) && !frozen.contains("trained"))
    let trainer = try Trainer(before, workerCount: 2)
    let pixels = try Array(Data(contentsOf: URL(filePath: "\(directory.path)/images")).dropFirst(16))
    let labels = try Array(Data(contentsOf: URL(filePath: "\(directory.path)/labels")).dropFirst(8)).map(Int32.init)
    try trainer.fit(
      Dataset(name: "x", shape: [8, 8, 1], images: pixels, labels: labels), maxSteps: trainer.state.step + 3)
    for (index, variable) in trainer.plan.variables.enumerated() {
      let hasMoved = trainer.weights[index] != before.snapshot.parameters[index]
      #expect(hasMoved != frozen.contains(variable.layerName), "\(variable.path)")
    }
  }
}
