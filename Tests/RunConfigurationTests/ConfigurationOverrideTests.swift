import Configuration
import NeuralNetwork
import Testing
import Training

@testable import RunConfiguration

@Suite("Overrides of a configuration")
struct ConfigurationOverrideTests {
  private static func run(_ overrides: [String], yaml: String = RunConfigurationTests.yaml) throws -> RunConfiguration {
    try RunConfiguration(
      yaml: yaml, file: "test.yml", overrides: overrides.map { try ConfigurationOverride($0, option: "--set") })
  }

  /// An override, the replaced text, and its replacement.
  static let replacements: [(override: String, old: String, new: String)] = [
    ("name=other", "name: test", "name: other"),
    ("fit.epochs=3", "epochs: 10", "epochs: 3"),
    ("fit.shuffle=false", "shuffle: true", "shuffle: false"),
    ("fit.on_nonfinite=skip", "seed: 1}", "seed: 1, on_nonfinite: skip}"),
    ("data.scale=1", "scale: 255", "scale: 1"),
    ("data={dataset: digits, train_count: 300}", "{dataset: mnist, scale: 255}", "{dataset: digits, train_count: 300}"),
    ("compile.optimizer.learning_rate=0.0003", "learning_rate: 0.001", "learning_rate: 0.0003"),
    ("compile.optimizer.beta_1=0.8", "learning_rate: 0.001", "learning_rate: 0.001, beta_1: 0.8"),
    ("compile.optimizer=adam", "{name: adam, learning_rate: 0.001}", "adam"),
    ("compile.metrics=[]", "metrics: [accuracy]", "metrics: []"),
    (
      "compile.learning_rate_schedule={name: cosine, decay_steps: 100}", "loss:",
      "learning_rate_schedule: {name: cosine, decay_steps: 100}, loss:"
    ),
    ("model.0.conv2d.filters=16", "filters: 10", "filters: 16"),
    ("model[0].conv2d.filters=16", "filters: 10", "filters: 16"),
    ("model.0.conv2d.kernel_size=[3, 3]", "kernel_size: [5, 5]", "kernel_size: [3, 3]"),
    ("model.0.conv2d.kernel_size.1=3", "kernel_size: [5, 5]", "kernel_size: [5, 3]"),
    ("model.2=dense: 7", "- flatten", "- dense: {units: 7}"),
    ("callbacks=[csv_log: a.csv]", "checkpoints:", "callbacks: [csv_log: {filename: a.csv}]\ncheckpoints:"),
    ("checkpoints.directory=a=b", "directory: checkpoints/test", "directory: a=b"),
    ("checkpoints.keep_best=null", "keep_best: val_accuracy", "keep_best: null"),
    ("checkpoints.every_minutes=~", "keep_last: 3", "every_minutes: null"),
  ]

  @Test("replace or add a value as if it were in the file", arguments: replacements.indices)
  func replacing(index: Int) throws {
    var (override, old, new) = Self.replacements[index]
    var text = RunConfigurationTests.yaml
    // Without metrics there is no best checkpoint.
    if override == "compile.metrics=[]" { text = text.replacing(", keep_best: val_accuracy", with: "") }
    if override == "checkpoints.every_minutes=~" { (old, new) = ("keep_last: 3", "keep_last: 3, every_minutes: null") }
    let changed = text.replacing(old, with: new, maxReplacements: 1)
    #expect(changed != text)
    #expect(try Self.run([override], yaml: text).yaml == Self.run([], yaml: changed).yaml)
  }

  @Test("apply to omitted sections, and to names without options")
  func missingSections() throws {
    let short = "name: short\ndata: {dataset: digits}\nmodel: [flatten, max_pooling2d, dense: 10]\n"
    let run = try Self.run(
      [
        "compile.optimizer.learning_rate=0.5", "fit.epochs=2", "checkpoints.keep_last=7",
        "model.1.max_pooling2d.pool_size=3", "fit.epochs=4", "data.train_count=300",
      ], yaml: short)
    #expect(run.training.optimizer.learningRate == 0.5)
    #expect((run.training.epochs, run.checkpoints.keepLast) == (4, 7))
    #expect(run.training.model.layers[1] as? MaxPooling2D == MaxPooling2D(poolSize: [3, 3]))
    let named = short + "compile: {optimizer: adam}\ncallbacks: [early_stopping]\n"
    let further = try Self.run(["compile.optimizer.epsilon=0.1", "callbacks.0.early_stopping.patience=9"], yaml: named)
    #expect((further.training.optimizer as? Adam)?.epsilon == 0.1)
    #expect((further.callbacks[0] as? EarlyStopping)?.patience == 9)
    // Defaults that depend on another value still do.
    let follows = try Self.run(["name=other", "fit.batch_size=4"], yaml: short)
    #expect(follows.checkpoints.directory == "checkpoints/other")
    #expect(follows.training.shards == 4)
  }

  static let mistakes: [(String, String)] = [
    ("fit.epochs", "--set fit.epochs: expected KEY=VALUE, with a key of the configuration such as fit.epochs=3."),
    ("=3", "--set =3: '' is not a key."),
    ("fit..epochs=3", "--set fit..epochs=3: 'fit..epochs' is not a key."),
    ("fit.epochs=", "--set fit.epochs=: the value is missing; use null for none."),
    ("fit.epochs=[1", "--set fit.epochs=[1: not YAML: "),
    (
      "fit.epochs=ten",
      "--set fit.epochs=ten: fit.epochs: expected an integer from 1 to 16777215. Received: \"ten\""
    ),
    ("fit.epoch=3", "--set fit.epoch=3: fit: unknown key 'epoch'. Did you mean 'epochs'? Known keys: epochs, "),
    ("fti.epochs=3", "--set fti.epochs=3: unknown key 'fti'. Did you mean 'fit'? Known keys: name, "),
    ("epochs=3", "--set epochs=3: unknown key 'epochs'. Did you mean 'fit.epochs'?"),
    ("data.dataset=mnits", "--set data.dataset=mnits: data.dataset: unknown data set 'mnits'. Did you mean 'mnist'?"),
    (
      "compile.optimizer.learning_rat=1",
      "--set compile.optimizer.learning_rat=1: compile.optimizer: unknown key 'learning_rat'. Did you mean 'learning_rate'?"
    ),
    ("compile.optimizer.name=sdg", "--set compile.optimizer.name=sdg: compile.optimizer: unknown optimizer 'sdg'."),
    ("model.9.dense.units=3", "--set model.9.dense.units=3: model: '9' is not a position in a list of 5: positions "),
    ("model.dense.units=3", "--set model.dense.units=3: model: 'dense' is not a position in a list of 5: positions "),
    (
      "model.0.conv2.filters=3",
      "--set model.0.conv2.filters=3: model[0]: unknown key 'conv2'. Did you mean 'conv2d'? Known keys: conv2d."
    ),
    ("model.2.dense.units=3", "--set model.2.dense.units=3: model[2]: unknown key 'dense'. Known keys: flatten."),
    (
      "model.0.conv2d.filter=3",
      "--set model.0.conv2d.filter=3: model[0].conv2d: unknown key 'filter'. Did you mean 'filters'?"
    ),
    ("fit.epochs.x=3", "--set fit.epochs.x=3: fit.epochs: it is 10 here, and has no key 'x'."),
    (
      "compile.learning_rate_schedule.alpha=0.1",
      "--set compile.learning_rate_schedule.alpha=0.1: compile.learning_rate_schedule: the key 'name' is missing."
    ),
    // A conflict with the file is an error of the file's line.
    ("fit.batch_size=4", "test.yml:10: fit.shards: 4 samples cannot be split into 8 shards."),
  ]

  @Test("that are wrong are named, with the key", arguments: mistakes.indices)
  func wording(index: Int) {
    let (override, wording) = Self.mistakes[index]
    let error = #expect(throws: ConfigurationError.self) { try Self.run([override]) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.hasPrefix(wording))
  }

  @Test("are distinguished from errors in the file")
  func fileMistakes() {
    let text = RunConfigurationTests.yaml.replacing("epochs: 10", with: "epoch: 10")
    #expect {
      try Self.run(["fit.seed=3"], yaml: text)
    } throws: {
      "\($0)".hasPrefix("test.yml:10: fit: unknown key 'epoch'.")
    }
  }

  @Test("exist for every key that a configuration has")
  func everyKey() throws {
    let run = try Self.run(["callbacks=[early_stopping, csv_log: a.csv]", "checkpoints.every_steps=9"])
    var keys: [(key: String, value: String)] = []
    func collect(_ node: ConfigurationNode, _ path: String) {
      switch node.value {
      case .mapping(let entries):
        for entry in entries { collect(entry.node, path.isEmpty ? entry.key : "\(path).\(entry.key)") }
      case .sequence(let elements):
        for (index, element) in elements.enumerated() { collect(element, "\(path).\(index)") }
      default: keys.append((path, node.json))
      }
    }
    let text = try run.yaml
    collect(try YAMLDocument.parse(text), "")
    #expect(keys.count > 40)
    // Each of them set to what it is changes nothing.
    for (key, value) in keys { #expect(try Self.run(["\(key)=\(value)"], yaml: text).yaml == text, "\(key)") }
  }
}
