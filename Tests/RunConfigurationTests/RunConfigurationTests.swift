import Configuration
import Datasets
import Foundation
import NeuralNetwork
import TestSupport
import Testing
import Training

@testable import RunConfiguration

@Suite("Run configurations")
struct RunConfigurationTests {
  static let yaml = """
    name: test
    data: {dataset: mnist, scale: 255}
    model:
      - conv2d: {filters: 10, kernel_size: [5, 5], strides: [1, 1], activation: relu}
      - max_pooling2d: {pool_size: [2, 2], strides: [2, 2]}
      - flatten
      - dense: {units: 100, activation: relu}
      - dense: {units: 10, activation: softmax}
    compile: {optimizer: {name: adam, learning_rate: 0.001}, loss: categorical_crossentropy, metrics: [accuracy]}
    fit: {epochs: 10, batch_size: 200, shards: 8, shuffle: true, seed: 1}
    checkpoints: {directory: checkpoints/test, every_epochs: 1, keep_last: 3, keep_best: val_accuracy}
    """

  @Test("every option is documented in the reference configuration")
  func explained() throws {
    let path = "\(URL(filePath: #filePath).pathComponents.dropLast(3).joined(separator: "/"))/configs/mnist-cnn.yml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let keys: [[String]] = [
      Catalog.layers.all.flatMap { $0.optionKeys }, Catalog.optimizers.all.flatMap { $0.optionKeys },
      Catalog.losses.all.flatMap { $0.optionKeys }, Catalog.schedules.all.flatMap { $0.optionKeys },
      Catalog.metrics.all.flatMap { $0.optionKeys }, Catalog.callbacks.all.flatMap { $0.optionKeys },
      Catalog.datasets.all.flatMap { $0.optionKeys },
    ]
    let names: [[String]] = [
      Catalog.layers.names, Catalog.optimizers.names, Catalog.losses.names, Catalog.initializers.names,
      Catalog.regularizers.names, Catalog.constraints.names, Catalog.metrics.names, Catalog.schedules.names,
      Catalog.callbacks.names, Catalog.datasets.names,
    ]
    for word in (keys + names).flatMap({ $0 }) { #expect(text.contains(word), "\(word)") }
  }

  @Test("refuse to compare arrays", arguments: ["checkpoints.keep_best", "callbacks[0].early_stopping.monitor"])
  func arrayMonitors(path: String) throws {
    var yaml = Self.yaml.replacing("metrics: [accuracy]", with: "metrics: [accuracy, f1_score]")
    if path.hasPrefix("checkpoints") {
      yaml = yaml.replacing("keep_best: val_accuracy", with: "keep_best: val_f1_score")
    } else {
      yaml += "\ncallbacks: [{early_stopping: {monitor: val_f1_score}}]"
    }
    let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: yaml, file: "run.yml") }
    #expect(
      "\(try #require(error))".hasSuffix(
        "\(path): 'val_f1_score' is an array, which cannot be compared with that of another epoch. Choose a metric that is "
          + "a number, such as the average of the classes (average: macro)."))
    let average = yaml.replacing("f1_score]", with: "{name: f1_score, average: macro}]")
    #expect(throws: Never.self) { try RunConfiguration(yaml: average, file: "run.yml") }
  }

  @Test("choose the labels of CIFAR-100")
  func coarseLabels() throws {
    func source(_ data: String) throws -> (any DatasetSource)? {
      try RunConfiguration(yaml: Self.yaml.replacing("{dataset: mnist, scale: 255}", with: data), file: "run.yml")
        .source
    }
    #expect(try source("{dataset: cifar100}") as? CIFAR100Source == CIFAR100Source())
    let coarse = try source("{dataset: cifar100, directory: /x, labels: coarse}") as? CIFAR100Source
    #expect(coarse == CIFAR100Source(directory: "/x", labels: .coarse))
    #expect {
      try source("{dataset: cifar100, labels: rough}")
    } throws: {
      "\($0)".hasSuffix("data.labels: unknown label 'rough'. Known names: fine, coarse.")
    }
  }

  @Test("have the home directory for ~/ in each of their paths")
  func homeDirectory() throws {
    let home = try HomePath.expanded("~/x")
    let yaml = Self.yaml.replacing("directory: checkpoints/test", with: "directory: ~/x, fallback_directory: ~/x")
    let run = try RunConfiguration(yaml: yaml + "\ncallbacks: [{csv_log: {filename: ~/x}}]", file: "run.yml")
    #expect(run.checkpoints.directory == home && run.checkpoints.fallbackDirectory == home)
    #expect((run.callbacks.first as? CSVLogger)?.filename == home)
    func source(_ data: String) throws -> (any DatasetSource)? {
      try RunConfiguration(yaml: yaml.replacing("{dataset: mnist, scale: 255}", with: data), file: "run.yml").source
    }
    #expect(try source("{dataset: mnist, directory: ~/x}") as? MNISTSource == MNISTSource(directory: home))
    let idx = IDXSource(trainImages: home, trainLabels: home, testImages: home, testLabels: home)
    let files = "{dataset: idx, train_images: ~/x, train_labels: ~/x, test_images: ~/x, test_labels: ~/x}"
    #expect(try source(files) as? IDXSource == idx)
    #expect(throws: ConfigurationError.self) { try source("{dataset: mnist, directory: ~other/x}") }
  }

  @Test("are read completely")
  func reading() throws {
    let run = try RunConfiguration(yaml: Self.yaml, file: "test.yml")
    #expect(run.name == "test")
    #expect(run.source as? MNISTSource == MNISTSource())
    #expect(run.training.model.layers.count == 5)
    #expect(run.training.optimizer as? Adam == Adam(learningRate: 0.001))
    #expect(run.training.epochs == 10)
    #expect(run.training.batchSize == 200)
    #expect(run.training.shards == 8)
    #expect(run.training.scale == 255)
    #expect(run.checkpoints.directory == "checkpoints/test")
    #expect(run.checkpoints.keepBest == "val_accuracy")
  }

  @Test("round-trip a loss with its options")
  func lossOptions() throws {
    for name in ["categorical_crossentropy", "sparse_categorical_crossentropy"] {
      let yaml = Self.yaml.replacing(
        "loss: categorical_crossentropy", with: "loss: {name: \(name), from_logits: true}")
      let run = try RunConfiguration(yaml: yaml, file: "test.yml")
      #expect(type(of: run.training.loss).name == name && run.training.loss.fromLogits)
      let again = try RunConfiguration(yaml: run.yaml, file: "again.yml")
      #expect(type(of: again.training.loss).name == name && again.training.loss.fromLogits)
      #expect(throws: Never.self) { try again.checkResumes(run) }
      let other = try RunConfiguration(yaml: yaml.replacing(", from_logits: true", with: ""), file: "other.yml")
      let written = try other.yaml
      #expect(!other.training.loss.fromLogits && !written.contains("from_logits"))
      #expect(throws: ResumeMismatch.self) { try other.checkResumes(run) }
    }
  }

  @Test("require only a name, data and a model")
  func defaults() throws {
    let run = try RunConfiguration(
      yaml: "name: short\ndata: {dataset: digits}\nmodel: [flatten, dense: {units: 10, activation: softmax}]",
      file: "short.yml")
    #expect(run.source as? DigitsSource == DigitsSource())
    #expect(run.training.batchSize == 200)
    #expect(run.training.shuffle)
    #expect(run.checkpoints.directory == "checkpoints/short")
    #expect(run.checkpoints.keepLast == 3)
    #expect(run.checkpoints.keepBest == "val_accuracy")
  }

  @Test("read back as they are written")
  func roundTrip() throws {
    let run = try RunConfiguration(yaml: Self.yaml, file: "test.yml")
    let text = try run.yaml
    let again = try RunConfiguration(yaml: text, file: "again.yml")
    #expect(try again.yaml == text)
    try again.checkResumes(run)
    var odd = run
    odd.name = "true"
    odd.checkpoints.directory = "a: 'b' #c"
    odd.checkpoints.keepBest = nil
    odd.checkpoints.everySteps = 17
    let oddAgain = try RunConfiguration(yaml: try odd.yaml, file: "odd.yml")
    #expect(oddAgain.name == "true")
    #expect(oddAgain.checkpoints == odd.checkpoints)
  }

  @Test("mix the samples of batches, or say why they cannot")
  func batchAugmentation() throws {
    func run(_ options: String, loss: String = "categorical_crossentropy") throws -> RunConfiguration {
      let yaml = Self.yaml.replacing("seed: 1", with: "seed: 1\(options)")
      return try RunConfiguration(
        yaml: yaml.replacing("loss: categorical_crossentropy", with: "loss: \(loss)"), file: "test.yml")
    }
    let mixing = try run(", batch_augmentation: {mix_up: {alpha: 0.4}, cut_mix: 1}")
    #expect(mixing.training.batchAugmentation == BatchAugmentation(mixUp: MixUp(alpha: 0.4), cutMix: CutMix()))
    let again = try RunConfiguration(yaml: mixing.yaml, file: "again.yml")
    #expect(again.training.batchAugmentation == mixing.training.batchAugmentation)
    try again.checkResumes(mixing)
    #expect {
      try run("").checkResumes(mixing)
    } throws: {
      "\($0)".contains("fit.batch_augmentation is {\"mix_up\":")
    }
    #expect {
      try run(", batch_augmentation: mix_up", loss: "sparse_categorical_crossentropy")
    } throws: {
      "\($0)".hasPrefix(
        "test.yml:10: fit.batch_augmentation: mixed samples belong to two classes, and sparse_categorical_crossentropy "
      )
    }
    #expect {
      try run(", batch_augmentation: mix_up, class_weight: balanced")
    } throws: {
      "\($0)".contains(
        "test.yml:10: fit.batch_augmentation: mixed samples belong to two classes, and fit.class_weight ")
    }
  }

  @Test("freeze layers by patterns of names, and write which")
  func freezing() throws {
    let yaml = Self.yaml.replacing("seed: 1", with: "seed: 1, freeze: [conv2d, dense]")
    let run = try RunConfiguration(yaml: yaml, file: "test.yml")
    #expect(run.training.model.nodes.map(\.isTrainable) == [false, true, true, false, true])
    let again = try RunConfiguration(yaml: run.yaml, file: "again.yml")
    #expect(again.training.model.nodes.map(\.isTrainable) == [false, true, true, false, true])
    try run.checkResumes(again)
    let key = "the list of frozen layers (fit.freeze, or trainable: false in model)"
    for (text, frozen) in [
      (Self.yaml, "[]"), (yaml.replacing("conv2d, dense]", with: "dense*]"), "[\"dense\", \"dense_1\"]"),
    ] {
      let mismatch = try #require(throws: ResumeMismatch.self) {
        try RunConfiguration(yaml: text, file: "test.yml").checkResumes(run)
      }
      #expect(mismatch == ResumeMismatch(key: key, checkpoint: "[\"conv2d\", \"dense\"]", requested: frozen))
    }
    #expect {
      try RunConfiguration(yaml: yaml.replacing("[conv2d, dense]", with: "[\"block1_*\"]"), file: "test.yml")
    } throws: {
      "\($0)"
        == "test.yml:10: fit.freeze: no layer matches 'block1_*'. The layers are conv2d, max_pooling2d, flatten, dense, "
        + "dense_1."
    }
  }

  @Test("have learning rate multipliers by patterns of names, which are part of the run")
  func multipliers() throws {
    func run(_ multipliers: String) throws -> RunConfiguration {
      try RunConfiguration(
        yaml: Self.yaml.replacing(
          "learning_rate: 0.001", with: "learning_rate: 0.001, learning_rate_multipliers: \(multipliers)"),
        file: "test.yml")
    }
    let multiplied = try run("{\"*_1\": 10, \"dense/bias\": 0.1}")
    #expect(
      multiplied.training.optimizer.updateOptions.learningRateMultipliers
        == [LearningRateMultiplier("*_1", 10), LearningRateMultiplier("dense/bias", 0.1)])
    let again = try RunConfiguration(yaml: multiplied.yaml, file: "again.yml")
    #expect(
      again.training.optimizer.updateOptions.learningRateMultipliers
        == multiplied.training.optimizer.updateOptions.learningRateMultipliers)
    try again.checkResumes(multiplied)
    for other in ["{}", "{\"*_1\": 10}", "{\"dense/bias\": 0.1, \"*_1\": 10}"] {
      #expect(throws: ResumeMismatch.self) { try run(other).checkResumes(multiplied) }
    }
    let mistakes = [
      (
        "{\"head*\": 10}",
        "no layer matches 'head*'. The layers are conv2d, max_pooling2d, flatten, dense, dense_1."
      ),
      ("[dense]", "expected a factor for each pattern of names ({\"head*\": 10}). Received: [\"dense\"]"),
    ]
    for (multipliers, message) in mistakes {
      #expect {
        try run(multipliers)
      } throws: {
        "\($0)" == "test.yml:9: compile.optimizer.learning_rate_multipliers: \(message)"
      }
    }
    #expect {
      try run("{dense: -1}")
    } throws: {
      "\($0)".hasSuffix("learning_rate_multipliers.dense: expected a number of 0 or more. Received: -1")
    }
  }

  @Test("exclude variables from weight decay by patterns of names, which are part of the run")
  func weightDecayExclusion() throws {
    func run(_ names: String) throws -> RunConfiguration {
      try RunConfiguration(
        yaml: Self.yaml.replacing(
          "learning_rate: 0.001", with: "weight_decay: 0.01,\n  exclude_from_weight_decay: \(names)"),
        file: "test.yml")
    }
    let excluding = try run("[bias, \"*_1/kernel\"]")
    #expect(excluding.training.optimizer.updateOptions.excludedFromWeightDecay == ["bias", "*_1/kernel"])
    let again = try RunConfiguration(yaml: excluding.yaml, file: "again.yml")
    #expect(again.training.optimizer.updateOptions == excluding.training.optimizer.updateOptions)
    try again.checkResumes(excluding)
    #expect(throws: ResumeMismatch.self) { try run("[bias]").checkResumes(excluding) }
    #expect {
      try run("[bias, dnse/kernel]")
    } throws: {
      "\($0)"
        == "test.yml:10: compile.optimizer.exclude_from_weight_decay: no layer matches 'dnse/kernel'. Did you mean "
        + "'dense'? The layers are conv2d, max_pooling2d, flatten, dense, dense_1."
    }
  }

  /// The replaced text, its replacement, and the message.
  static let mistakes: [(String, String, String)] = [
    (
      "epochs: 10", "epoch: 10",
      "test.yml:10: fit: unknown key 'epoch'. Did you mean 'epochs'? Known keys: epochs, batch_size, steps_per_epoch, shards, validation_split, validation_freq, stratify, oversample, class_weight, shuffle, seed, batch_augmentation, freeze, on_nonfinite."
    ),
    ("epochs: 10", "epochs: ten", "test.yml:10: fit.epochs: expected an integer from 1 to 16777215. Received: \"ten\""),
    ("epochs: 10", "epochs: 0", "test.yml:10: fit.epochs: expected an integer from 1 to 16777215. Received: 0"),
    ("epochs: 10", "epochs: 1e3", "test.yml:10: fit.epochs: expected an integer from 1 to 16777215. Received: 1000.0"),
    (
      "epochs: 10", "epochs: 99999999999999999999999",
      "test.yml:10: fit.epochs: expected an integer from 1 to 16777215. Received: 1e+23"
    ),
    (
      "shards: 8", "shards: 300",
      "test.yml:10: fit.shards: 200 samples cannot be split into 300 shards. Use at most 200."
    ),
    ("shuffle: true", "shuffle: 1", "test.yml:10: fit.shuffle: expected true or false. Received: 1"),
    (
      "dataset: mnist", "dataset: mnits",
      "test.yml:2: data.dataset: unknown data set 'mnits'. Did you mean 'mnist'? Known names: mnist, fashion_mnist, cifar10, cifar100, digits, image_folder, idx, npz, npy, hdf5."
    ),
    (
      "dataset: mnist", "dataset: mnist, train_count: 3",
      "test.yml:2: data: unknown key 'train_count'. Known keys: dataset, scale, subset, class_names, directory."
    ),
    ("scale: 255", "scale: 0", "test.yml:2: data.scale: expected a number greater than 0. Received: 0"),
    ("scale: 255", "scale: .nan", "test.yml:2: data.scale: expected a number greater than 0. Received: nan"),
    ("- conv2d:", "- conv3d:", "test.yml:4: model[0]: unknown layer 'conv3d'. Did you mean 'conv2d'?"),
    (
      "activation: softmax", "activation: sofftplus",
      "test.yml:8: model[4].dense.activation: unknown activation 'sofftplus'."
    ),
    ("name: adam", "name: adm", "test.yml:9: compile.optimizer: unknown optimizer 'adm'. Did you mean 'adam'?"),
    (
      "learning_rate: 0.001", "learning_rate: -1",
      "test.yml:9: compile.optimizer.learning_rate: expected a number greater than 0. Received: -1"
    ),
    (
      "loss: categorical_crossentropy", "loss: dice",
      "test.yml:9: compile.loss: unknown loss 'dice'. Known names: categorical_crossentropy, sparse_categorical_crossentropy, "
    ),
    (
      "metrics: [accuracy]", "metrics: [acuracy]",
      "test.yml:9: compile.metrics: unknown metric 'acuracy'. Did you mean 'accuracy'?"
    ),
    (
      "keep_best: val_accuracy", "keep_best: val_acuracy",
      "test.yml:11: checkpoints.keep_best: unknown metric 'val_acuracy'. Did you mean 'val_accuracy'?"
    ),
    (
      "keep_last: 3", "keep_last: -3",
      "test.yml:11: checkpoints.keep_last: expected an integer of 1 or more. Received: -3"
    ),
    (
      "keep_last: 3", "every_minutes: 1e25",
      "test.yml:11: checkpoints.every_minutes: expected a number greater than 0 and at most 5256000. Received: 1e+25"
    ),
    ("name: test", "name: a/b", "test.yml:1: name: expected a valid directory name"),
    ("name: test", "nam: test", "test.yml:1: unknown key 'nam'. Did you mean 'name'?"),
    ("name: test\n", "", "test.yml:1: the key 'name' is missing."),
    ("name: test", "name: test\nname: again", "test.yml:"),
    ("fit: {epochs", "fit: {epochs: 1, epochs", "test.yml:"),
    ("fit: {", "fit: [", "test.yml:10: not YAML: "),
    (
      "loss: categorical_crossentropy", "loss: {name: categorical_crossentropy, from_logit: true}",
      "test.yml:9: compile.loss: unknown key 'from_logit'. Did you mean 'from_logits'"
    ),
    (
      "loss: categorical_crossentropy", "loss: 3",
      "test.yml:9: compile.loss: expected a loss's name (categorical_crossentropy, "
    ),
    ("name: adam", "name: 3", "test.yml:9: compile.optimizer: expected an optimizer's name (adam, "),
    (
      "- flatten", "- flatten: 3",
      "test.yml:6: model[2].flatten: expected a mapping with the keys name, trainable, activity_regularizer, inputs. Received: 3"
    ),
    (
      "name: test", "name: \"a\\0\\e[2Jb\"",
      "test.yml:1: name: expected a string without a NUL character. Received: \"a\\u0000\\u001b[2Jb\""
    ),
    (
      "name: test", "name: \(String(repeating: "x", count: 9999))",
      "test.yml:1: name: expected a valid directory name (no '/', no '.' at the start, at most 200 bytes). "
        + "Received: \"\(String(repeating: "x", count: 80))…\""
    ),
    (
      "epochs: 10", "epochs: [\(String(repeating: "1, ", count: 999))1]",
      "test.yml:10: fit.epochs: expected an integer from 1 to 16777215. Received: [1, 1, 1, 1, 1, 1, 1, 1, …]"
    ),
    ("name: test", "name: a\u{1}b", "test.yml: not YAML: control characters are not allowed."),
    (
      "name: test", "name: test\n---\nname: test",
      "test.yml:2: not YAML: expected a single document in the stream, but found another document."
    ),
    (
      "fit: {epochs: 10, batch_size: 200", "fit: {epochs:10, batch_size: 200",
      "test.yml:10: fit: unknown key 'epochs:10'. A space is missing after 'epochs:'. Did you mean 'epochs'?"
    ),
    (
      "fit: {epochs: 10, batch_size: 200, shards: 8, shuffle: true, seed: 1}", "fit:\n  epochs:10",
      "test.yml:11: fit: unknown key 'epochs:10'. A space is missing after 'epochs:'."
    ),
    (
      "fit: {epochs: 10, batch_size: 200, shards: 8, shuffle: true, seed: 1}", "fit:\n  epochs:10\n  batch_size: 100",
      "test.yml:11: not YAML: a space is missing after 'epochs:'."
    ),
    (
      "  - flatten\n", "\t- flatten\n",
      "test.yml:6: not YAML: a tab at the start of the line (column 1); YAML is indented with spaces only."
    ),
    (
      "fit: {epochs: 10, batch_size: 200, shards: 8, shuffle: true, seed: 1}", "fit:\n  \tepochs: 10",
      "test.yml:11: not YAML: a tab at the start of the line (column 3); YAML is indented with spaces only."
    ),
    ("- flatten", "- tanh", "test.yml:6: model[2]: 'tanh' is an activation; as a layer it is 'activation: tanh'."),
    (
      "- dense: {units: 100, activation: relu}", "- dense:\n    units: 100",
      "test.yml:8: model[3]: the options of 'dense' must be indented further than its name, or in braces: "
        + "'- dense: {units: …}'."
    ),
    (
      "- flatten", "- conv2d: 10", "test.yml:6: model[2].conv2d: the key 'kernel_size' is missing."
    ),
    (
      "- flatten", "- random_flip: diagonal",
      "test.yml:6: model[2].random_flip.mode: unknown mode 'diagonal'. Known names: horizontal, vertical, "
    ),
    (
      "- flatten", "- random_flip: {seed: -1}",
      "test.yml:6: model[2].random_flip.seed: expected an integer from 0 to 4294967295. Received: -1"
    ),
    (
      "- flatten", "- random_translation: 0.1",
      "test.yml:6: model[2].random_translation: the key 'width_factor' is missing."
    ),
    (
      "- flatten", "- random_translation: {height_factor: 1.5, width_factor: 0}",
      "test.yml:6: model[2].random_translation.height_factor: expected a number from -1 to 1, or a list of two such "
        + "numbers. Received: 1.5"
    ),
    (
      "- flatten", "- random_translation: {height_factor: 0, width_factor: [-2, .nan]}",
      "test.yml:6: model[2].random_translation.width_factor: expected a number from -1 to 1, or a list of two such "
        + "numbers. Received: [-2, nan]"
    ),
    (
      "- flatten", "- random_translation: {height_factor: 0, width_factor: [0.1]}",
      "test.yml:6: model[2].random_translation.width_factor: expected a number from -1 to 1, or a list of two such "
        + "numbers. Received: [0.1]"
    ),
    (
      "- flatten", "- random_translation: {height_factor: 0, width_factor: 0, fill_mode: mirror}",
      "test.yml:6: model[2].random_translation.fill_mode: unknown fill mode 'mirror'. Known names: reflect, wrap, "
        + "constant, nearest."
    ),
    (
      "- flatten", "- random_translation: {height_factor: 0, width_factor: 0, interpolation: cubic}",
      "test.yml:6: model[2].random_translation.interpolation: unknown interpolation 'cubic'. Known names: nearest, "
    ),
    (
      "- flatten", "- random_translation: {height_factor: 0, width_factor: 0, fill_value: 1e99}",
      "test.yml:6: model[2].random_translation.fill_value: expected a number that is finite"
    ),
    (
      "- flatten", "- random_translation: {height_factor: 0, width_factor: 0, data_format: channels_first}",
      "test.yml:6: model[2].random_translation.data_format: expected channels_last, the order of all images here. "
        + "Received: \"channels_first\""
    ),
    ("- flatten", "- activation: {}", "test.yml:6: model[2].activation: the key 'activation' is missing."),
    ("- flatten", "- activation: rleu", "test.yml:6: model[2].activation.activation: unknown activation 'rleu'."),
    (
      "name: adam", "nam: adam",
      "test.yml:9: compile.optimizer: unknown key 'nam'. Did you mean 'name'? Known keys: name, learning_rate"
    ),
    (
      "data: {dataset: mnist, scale: 255}", "data: mnist",
      "test.yml:2: data: expected a mapping with the keys dataset, scale, "
    ),
  ]

  @Test("report what is wrong, and where", arguments: mistakes.indices)
  func wording(index: Int) {
    let (good, bad, wording) = Self.mistakes[index]
    let text = Self.yaml.replacing(good, with: bad, maxReplacements: 1)
    #expect(text != Self.yaml)
    let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: text, file: "test.yml") }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.hasPrefix(wording))
  }

  @Test("accept the first option of a layer or a callback without its key, like positional arguments in Keras")
  func firstOption() throws {
    func run(_ model: String, _ callbacks: String) throws -> String {
      let yaml = "name: t\ndata: {dataset: digits}\nmodel: [\(model)]\ncallbacks: [\(callbacks)]"
      return try RunConfiguration(yaml: yaml, file: "t.yml").yaml
    }
    #expect(
      try run("flatten, dense: 10, activation: softmax, dense: 10", "early_stopping: val_loss, csv_log: t.csv")
        == run(
          "flatten, dense: {units: 10}, activation: {activation: softmax}, dense: {units: 10}",
          "early_stopping: {monitor: val_loss}, csv_log: {filename: t.csv}"))
  }

  @Test("that are files of another kind are refused by name")
  func otherFiles() throws {
    let directory = try TemporaryDirectory()
    let files: [(bytes: [UInt8], wording: String)] = [
      ([0x89] + Array("HDF\r\n\u{1a}\n".utf8), "it is an HDF5 file, not a configuration (YAML)."),
      ([0x1f, 0x8b, 8, 0], "it is a gzip file, not a configuration (YAML); unpack it first."),
      (
        [0xff, 0xfe] + "name: t".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
        "it is a UTF-16 text file, not a configuration (YAML); save it as UTF-8."
      ),
      (Array("<!DOCTYPE html><html>".utf8), "it is a web page (HTML), not a configuration (YAML); "),
      (Array("name: Größe\nmodel: ".utf8) + [0xe9, 0x0a], "it is not UTF-8."),
    ]
    for (bytes, wording) in files {
      let path = try directory.write(bytes, to: "run.yml")
      let error = #expect(throws: ConfigurationError.self) { try RunConfiguration(contentsOf: path) }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.hasPrefix("\(path): cannot be read: \(wording)"))
    }
  }

  @Test("that are not configurations are refused without crashing")
  func hostile() {
    let laughs = (0..<9).map { level in
      "a\(level): &a\(level) [\(level == 0 ? "x" : (0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]"
    }.joined(separator: "\n")
    // Line breaks that only YAML recognizes.
    let breaks = "a: &a [x]\nb: [\(String(repeating: "\u{2028}*a,", count: 30))]"
    let texts = [
      breaks, "", "just text", "- a\n- b", "\u{0}\u{1}", String(repeating: "[", count: 100_000),
      String(repeating: "- ", count: 100_000), String(repeating: "x", count: 2 << 20), laughs, "a: *b", "? [a, b]\n: c",
    ]
    for text in texts {
      #expect(throws: ConfigurationError.self) { try RunConfiguration(yaml: text, file: "hostile.yml") }
    }
  }

  @Test("may have a byte order mark, CRLF line ends, and runs of '*' in comments")
  func oddities() throws {
    let directory = try TemporaryDirectory()
    let row = "# \(String(repeating: "*", count: 70))\n"
    let text = "\u{feff}\(row)# * a list\n\(row)\(Self.yaml)\n".replacing("\n", with: "\r\n")
    let run = try RunConfiguration(contentsOf: directory.write(text, to: "windows.yml"))
    #expect(try run.yaml == RunConfiguration(yaml: Self.yaml, file: "test.yml").yaml)
  }

  @Test("that cannot be read are refused by name")
  func unreadable() {
    #expect {
      try RunConfiguration(contentsOf: "/nowhere/run.yml")
    } throws: {
      "\($0)" == "/nowhere/run.yml: cannot be read: No such file or directory."
    }
  }

  @Test("with exponential aliases are refused before they are parsed")
  func aliases() throws {
    // Each level doubles the previous one, as a key that must be compared.
    var text = "name: &a0 [\(String(repeating: "x, ", count: 30_000))x]\n"
    for level in 1..<10 { text += "k\(level): &a\(level) {? *a\(level - 1)\n : *a\(level - 1)}\n" }
    let error = try #require(throws: ConfigurationError.self) { try RunConfiguration(yaml: text, file: "test.yml") }
    #expect("\(error)" == "test.yml: too many aliases ('*name') for a text of its size.")
    // A few aliases are accepted.
    let few = Self.yaml.replacing("compile:", with: "compile: &c").replacing("fit:", with: "fit: ")
    #expect(throws: Never.self) { try RunConfiguration(yaml: few, file: "test.yml") }
  }

  @Test("of a resumed run must match those of the interrupted run")
  func resuming() throws {
    let saved = try RunConfiguration(yaml: Self.yaml, file: "test.yml")
    let refused = [
      ("batch_size: 200", "batch_size: 100", "fit.batch_size is 200 in the checkpoint, but 100 now."),
      ("shards: 8", "shards: 4", "fit.shards is 8 in the checkpoint, but 4 now."),
      ("seed: 1", "seed: 2", "fit.seed is 1 in the checkpoint, but 2 now."),
      ("shuffle: true", "shuffle: false", "fit.shuffle is true in the checkpoint, but false now."),
      (
        "units: 100", "units: 99",
        "model[3] is {\"dense\": {\"units\": 100, \"activation\": \"relu\", \"use_bias\": true}} in the checkpoint, but "
          + "{\"dense\": {\"units\": 99, "
      ),
      ("  - flatten\n", "", "the number of layers in model is 5 in the checkpoint, but 4 now."),
      (
        "learning_rate: 0.001", "learning_rate: 0.002",
        "compile.optimizer is {\"name\": \"adam\", \"learning_rate\": 0.001"
      ),
      ("scale: 255", "scale: 1", "data.scale is 255.0 in the checkpoint, but 1.0 now."),
      ("seed: 1", "seed: 1, validation_split: 0.2", "fit.validation_split is null in the checkpoint, but 0.2 now."),
      ("seed: 1", "seed: 1, validation_freq: 2", "fit.validation_freq is 1 in the checkpoint, but 2 now."),
      ("seed: 1", "seed: 1, steps_per_epoch: 9", "fit.steps_per_epoch is null in the checkpoint, but 9 now."),
    ]
    for (old, new, wording) in refused {
      let run = try RunConfiguration(yaml: Self.yaml.replacing(old, with: new, maxReplacements: 1), file: "test.yml")
      #expect {
        try run.checkResumes(saved)
      } throws: {
        "\($0)".hasPrefix("cannot resume: \(wording)")
      }
    }
    for (old, new) in [("epochs: 10", "epochs: 20"), ("name: test", "name: other"), ("keep_last: 3", "keep_last: 9")] {
      let run = try RunConfiguration(yaml: Self.yaml.replacing(old, with: new, maxReplacements: 1), file: "test.yml")
      #expect(throws: Never.self) { try run.checkResumes(saved) }
    }
  }

  @Test(
    "have a default scale that fits the data and the model",
    arguments: [
      ("{dataset: mnist}", "", 255), ("{dataset: digits}", "", 255), ("{dataset: npz, file: x.npz}", "", nil),
      ("{dataset: npz, file: x.npz, scale: 2}", "", 2), ("{dataset: mnist}", "  - rescaling: {scale: 0.1}\n", 1),
      ("{dataset: npz, file: x.npz}", "  - rescaling: {scale: 0.1}\n", 1),
      ("{dataset: mnist, scale: 3}", "  - rescaling: {scale: 0.1}\n", 3), ("{scale: 4}", "", 4), ("{}", "", nil),
    ] as [(String, String, Float?)])
  func scale(data: String, layer: String, expected: Float?) throws {
    let yaml = Self.yaml.replacing("{dataset: mnist, scale: 255}", with: data)
      .replacing("model:\n", with: "model:\n\(layer)")
    let run = try RunConfiguration(yaml: yaml, file: "test.yml")
    #expect(run.training.scale == expected)
    let again = try RunConfiguration(yaml: run.yaml, file: "again.yml")
    #expect(again.training.scale == expected)
    // An unresolved scale is compared once it is resolved.
    if expected == nil { #expect(throws: Never.self) { try run.checkResumes(again) } }
  }

  @Test("need no idx test files with a validation split")
  func trainingFilesAlone() throws {
    let yaml = Self.yaml.replacing("{dataset: mnist,", with: "{dataset: idx, train_images: a, train_labels: b,")
    #expect {
      try RunConfiguration(yaml: yaml, file: "test.yml")
    } throws: {
      "\($0)" == "test.yml:2: data: the key 'test_images' is missing."
    }
    let split = yaml.replacing("seed: 1}", with: "seed: 1, validation_split: 0.25}")
    let run = try RunConfiguration(yaml: split, file: "test.yml")
    #expect(run.training.validationSplit == 0.25 && run.source?.missingTestKey == "test_images")
    #expect(try RunConfiguration(yaml: run.yaml, file: "again.yml").training.validationSplit == 0.25)
  }

  @Test(
    "have default metrics that fit the loss, and keep the best by them",
    arguments: [
      ("categorical_crossentropy", ["accuracy"], "val_accuracy"), ("binary_crossentropy", ["accuracy"], "val_accuracy"),
      ("mean_squared_error", [], "val_loss"), ("mae", [], "val_loss"),
      ("mse, metrics: [mae, accuracy]", ["mean_absolute_error", "accuracy"], "val_accuracy"),
      ("categorical_crossentropy, metrics: []", [], nil),
      ("{name: binary_crossentropy, from_logits: true}, metrics: [binary_accuracy]", ["binary_accuracy"], "val_loss"),
    ] as [(String, [String], String?)])
  func metrics(loss: String, metrics: [String], best: String?) throws {
    let yaml = Self.yaml.replacing("loss: categorical_crossentropy, metrics: [accuracy]", with: "loss: \(loss)")
      .replacing(", keep_best: val_accuracy", with: "")
    let run = try RunConfiguration(yaml: yaml, file: "test.yml")
    #expect(run.training.metrics.map { type(of: $0).name } == metrics)
    #expect(run.checkpoints.keepBest == best)
    let again = try RunConfiguration(yaml: run.yaml, file: "again.yml")
    #expect(again.training.metrics.map { type(of: $0).name } == metrics && again.checkpoints.keepBest == best)
  }

  @Test("resume with the normalization that was adapted to their data, and with no other")
  func normalization() throws {
    func run(_ options: String) throws -> RunConfiguration {
      try RunConfiguration(
        yaml: Self.yaml.replacing("  - flatten", with: "  - normalization\(options)\n  - flatten"), file: "")
    }
    let saved = try run(": {mean: 3, variance: 2}")
    try run("").checkResumes(saved)
    try saved.checkResumes(saved)
    #expect(throws: ResumeMismatch.self) { try run(": {mean: 4, variance: 2}").checkResumes(saved) }
    #expect(throws: ResumeMismatch.self) { try saved.checkResumes(run("")) }
  }
}
