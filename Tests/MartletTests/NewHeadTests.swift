import Martlet
import TestSupport
import Testing

/// A model of Keras with a new end: the base has a convolution (`first`), a pool, a flatten and two dense layers.
@Suite("Import with a new head")
struct NewHeadTests {
  private static let base = "\(KerasCommandTests.golden)/keras315-lesson.keras"

  private static func prepared() throws -> TemporaryDirectory {
    let directory = try KerasCommandTests.prepared(
      model: "[dense: {units: 5, activation: relu, name: fresh}, dense: {units: 4, activation: softmax}]",
      compile: "compile: {optimizer: {name: adam, learning_rate: 0.01}}")
    _ = try directory.write("- dropout: 0.2\n- dense: {units: 4, activation: softmax}\n", to: "head.yml")
    return directory
  }

  private static func names() throws -> [String] {
    try KerasModelFile(path: base).model(for: .predicting).model.model.layerNames
  }

  private static func weights() throws -> [Snapshot.Variable] {
    try KerasModelFile(path: base).model(for: .predicting).model.weights
  }

  @Test("keeps the base's weights, starts the head at random, freezes by name, and trains to the end")
  func whole() throws {
    let (directory, names, weights) = (try Self.prepared(), try Self.names(), try Self.weights())
    let output = try KerasCommandTests.succeed(
      [
        "import", Self.base, "--until", names[3], "--config", "small.yml", "--freeze", names[0], "--output", "run",
        "--config-out", "all.yml",
      ], in: directory)
    #expect(output.contains("6 layers") && output.hasSuffix("a fresh optimizer, 1 layer frozen\n"), "\(output)")
    let saved = try Checkpoint(path: "\(directory.path)/run/latest.weights.h5")
    #expect(saved.configuration.training.model.layerNames[..<5] == (names[..<4] + ["fresh"]))
    #expect(saved.configuration.training.model.nodes.map(\.isTrainable) == [false, true, true, true, true, true])
    let imported = saved.snapshot.parameters
    #expect(imported.count == 8 && Array(imported[..<4]) == Array(weights[..<4]))
    #expect(imported[4].shape == [6, 5] && Set(imported[4].values).count == 30)
    #expect(imported[7].values == [0, 0, 0, 0])
    #expect(saved.snapshot.slots.map(\.count) == [6, 6])

    _ = try KerasCommandTests.succeed(["train", "all.yml", "--resume"], in: directory)
    let trained = try Checkpoint(path: "\(directory.path)/run/latest.weights.h5").snapshot
    #expect(trained.state.epoch > 0)
    for index in imported.indices {
      #expect((trained.parameters[index] == imported[index]) == (index < 2), "\(imported[index].path)")
    }
    // The same file and seed give the same head.
    _ = try KerasCommandTests.succeed(
      ["import", Self.base, "--drop-last", "1", "--config", "small.yml", "--output", "again", "--config-out", "b.yml"],
      in: directory)
    #expect(try Checkpoint(path: "\(directory.path)/again/latest.weights.h5").snapshot.parameters == imported)
  }

  @Test("has the head of a file, also after a whole model")
  func headFile() throws {
    let directory = try Self.prepared()
    for (options, layers) in [(["--drop-last", "2", "--head", "head.yml"], 5), (["--head", "head.yml"], 7)] {
      _ = try KerasCommandTests.succeed(
        ["import", Self.base, "--output", "run\(layers)", "--config-out", "all\(layers).yml"] + options, in: directory)
      let run = try Checkpoint(path: "\(directory.path)/run\(layers)/latest.weights.h5")
      #expect(run.configuration.training.model.layers.count == layers)
      #expect(run.configuration.training.model.layers[layers - 2] is Dropout)
    }
    // Without new layers: the features of the base.
    _ = try KerasCommandTests.succeed(["import", Self.base, "--drop-last", "1", "--output", "features"], in: directory)
    #expect(
      try Checkpoint(path: "\(directory.path)/features/latest.weights.h5").configuration.training.model.layers.count
        == 4)
  }

  @Test("freezes layers of an unchanged model, with a fresh optimizer")
  func freezing() throws {
    let directory = try Self.prepared()
    _ = try KerasCommandTests.succeed(
      ["import", Self.base, "--fresh-optimizer", "--freeze", "*", "--output", "run"], in: directory)
    let saved = try Checkpoint(path: "\(directory.path)/run/latest.weights.h5")
    #expect(saved.configuration.training.model.nodes.allSatisfy { !$0.isTrainable })
    #expect(try saved.snapshot.parameters == Self.weights())
  }

  /// A configuration of the head that names layers of the whole model.
  private static func write(
    _ directory: TemporaryDirectory, freeze: String, multipliers: String = "{}", excluded: String = "[bias]"
  ) throws {
    let optimizer =
      "{name: adamw, learning_rate: 0.01, learning_rate_multipliers: \(multipliers), exclude_from_weight_decay: \(excluded)}"
    let text = try directory.text("small.yml").replacing("{name: adam, learning_rate: 0.01}", with: optimizer)
    _ = try directory.write(
      text.replacing("batch_size: 10", with: "batch_size: 10, freeze: \(freeze)"), to: "named.yml")
  }

  @Test("has a configuration whose names are those of the whole model")
  func configurationOfHead() throws {
    let (directory, names, weights) = (try Self.prepared(), try Self.names(), try Self.weights())
    try Self.write(
      directory, freeze: "[first]", multipliers: "{\"\(names[3])\": 0, fresh: 10}", excluded: "[first/kernel, fresh/*]")
    _ = try KerasCommandTests.succeed(
      [
        "import", Self.base, "--until", names[3], "--config", "named.yml", "--freeze", "fresh", "--output", "run",
        "--config-out", "all.yml",
      ], in: directory)
    let whole = try RunConfiguration(contentsOf: "\(directory.path)/all.yml").training
    #expect(whole.model.nodes.map(\.isTrainable) == [false, true, true, true, false, true])
    let options = whole.optimizer.updateOptions
    #expect(
      options.learningRateMultipliers == [
        LearningRateMultiplier(NamePattern(names[3]), 0), LearningRateMultiplier("fresh", 10),
      ])
    #expect(options.excludedFromWeightDecay == ["first/kernel", "fresh/*"])
    _ = try KerasCommandTests.succeed(["train", "all.yml", "--resume"], in: directory)
    let trained = try Checkpoint(path: "\(directory.path)/run/latest.weights.h5").snapshot
    #expect(trained.state.epoch == 2 && Array(trained.parameters[..<4]) == Array(weights[..<4]))
  }

  static let wrongNames: [(freeze: String, multipliers: String, excluded: String, message: String)] = [
    (
      "[frist]", "{}", "[bias]",
      "named.yml:4: fit.freeze: no layer matches 'frist'. Did you mean 'first'? The layers are first, "
    ),
    (
      "[]", "{frsh: 2}", "[bias]",
      "named.yml:5: compile.optimizer.learning_rate_multipliers: no layer matches 'frsh'. Did you "
    ),
    (
      "[]", "{}", "[frist/bias]",
      "named.yml:5: compile.optimizer.exclude_from_weight_decay: no layer matches 'frist/bias'. "
    ),
    (
      "[]", "{}", "[first/gamma]",
      "compile.optimizer.exclude_from_weight_decay: no variable matches 'first/gamma'. There are first/kernel, first/bias, "
    ),
    (
      "[]", "{first/gamma: 2}", "[bias]",
      "compile.optimizer.learning_rate_multipliers: no variable matches 'first/gamma'. "
    ),
  ]

  @Test("has a configuration whose names are checked with the whole model", arguments: wrongNames.indices)
  func namesOfHead(index: Int) throws {
    let (freeze, multipliers, excluded, message) = Self.wrongNames[index]
    let directory = try Self.prepared()
    try Self.write(directory, freeze: freeze, multipliers: multipliers, excluded: excluded)
    let refused = try Shell.martlet(
      ["import", Self.base, "--drop-last", "1", "--config", "named.yml", "--output", "run", "--config-out", "all.yml"],
      in: directory.path)
    #expect(refused.status == 2 && refused.error.hasPrefix("martlet: \(message)"), "\(refused.error)")
    #expect(!directory.names.contains("run") && !directory.names.contains("all.yml"))
  }

  @Test("needs no other configuration if that is the whole model's, and has its names and frozen layers")
  func wholeConfiguration() throws {
    let directory = try Self.prepared()
    let model = KerasCommandTests.lesson.replacing("conv2d: {", with: "conv2d: {name: mine, ")
      .replacing("dense: {units: 4", with: "dropout: 0.2, dense: {units: 4")
    let head = "[dense: {units: 5, activation: relu, name: fresh}, dense: {units: 4, activation: softmax}]"
    let text = try directory.text("small.yml").replacing(head, with: model)
    _ = try directory.write(text.replacing("batch_size: 10", with: "batch_size: 10, freeze: [mine]"), to: "whole.yml")
    let arguments = ["import", Self.base, "--drop-last", "1", "--head", "head.yml", "--config"]
    _ = try KerasCommandTests.succeed(arguments + ["whole.yml", "--output", "run"], in: directory)
    let saved = try Checkpoint(path: "\(directory.path)/run/latest.weights.h5").configuration.training.model
    #expect(saved.layerNames[0] == "mine" && saved.nodes.map(\.isTrainable) == [false, true, true, true, true, true])
    _ = try KerasCommandTests.succeed(["train", "whole.yml", "--resume", "--output", "run"], in: directory)

    let other = try Shell.martlet(
      arguments + ["whole.yml", "--freeze", "dense", "--output", "other"], in: directory.path)
    #expect(
      other.status == 2
        && other.error.hasPrefix(
          "martlet: whole.yml: the list of frozen layers (fit.freeze, or trainable: false in model) is [\"mine\"], in "
            + "\(Self.base) it is [\"mine\", \"dense\"]"),
      "\(other.error)")
    let unlike = try Shell.martlet(arguments + ["small.yml", "--output", "other"], in: directory.path)
    #expect(
      unlike.status == 2
        && unlike.error.hasPrefix(
          "martlet: --head head.yml with --config small.yml: the model in small.yml is not that of \(Self.base) with the "
            + "layers of head.yml"),
      "\(unlike.error)")
    #expect(!directory.names.contains("other"))
  }

  @Test(
    "asks for --config-out with a configuration of the new layers",
    arguments: [["--until", "first"], ["--drop-last", "1"]])
  func configurationAlone(options: [String]) throws {
    let directory = try Self.prepared()
    for output in [[], ["--output", "run"]] {
      let refused = try Shell.martlet(
        ["import", Self.base, "--config", "small.yml"] + options + output, in: directory.path)
      #expect(refused.status == 2)
      #expect(
        refused.error
          == "martlet: \(options.joined(separator: " ")) with --config small.yml: the layers in small.yml are the new end of "
          + "the model only, so that a run of it could not resume. Name a file for the configuration of the whole model "
          + "with --config-out, and train with that file.\n")
    }
    #expect(!directory.names.contains("run") && !directory.names.contains("checkpoints"))
  }

  static let mistakes: [(options: [String], message: String)] = [
    (["--until", "pool"], "--until: unknown layer 'pool'."),
    (["--drop-last", "5"], "--drop-last: expected 1 to 4 of the 5 layers. Received: 5"),
    (["--drop-last", "0"], "--drop-last: expected 1 to 4 of the 5 layers. Received: 0"),
    (["--drop-last", "1", "--until", "first"], "--until and --drop-last contradict each other"),
    (["--freeze", "x*", "--fresh-optimizer"], "--freeze: no layer matches 'x*'. The layers are first, "),
    (["--freeze", "*"], "--freeze needs --fresh-optimizer"),
    (["--head", "nothing.yml"], "nothing.yml: cannot be read: No such file or directory."),
    (["--drop-last", "1", "--head", "wrong.yml"], "wrong.yml:1: model[0]: unknown layer 'dens'."),
    (["--drop-last", "1", "--head", "same.yml"], "--head: the model already has a layer 'first'."),
    (["--drop-last", "4", "--head", "head.yml"], "model[2] (dense): got ("),
  ]

  @Test("says what is wrong, and writes nothing", arguments: mistakes.indices)
  func messages(index: Int) throws {
    let (options, message) = Self.mistakes[index]
    let directory = try Self.prepared()
    _ = try directory.write("- dens: 4\n", to: "wrong.yml")
    _ = try directory.write("- dense: {units: 4, name: first}\n", to: "same.yml")
    let finished = try Shell.martlet(["import", Self.base, "--output", "run"] + options, in: directory.path)
    #expect(finished.status == 2, "\(finished.error)")
    #expect(finished.error.hasPrefix("martlet: \(message)"), "\(finished.error)")
    #expect(!directory.names.contains("run"))
  }
}
