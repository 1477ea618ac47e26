import Configuration
import NeuralNetwork
import Testing
import Training

@testable import RunConfiguration

@Suite("Options with choices")
struct ChoiceTests {
  /// The types whose options have choices, of all catalogs whose types are configured alike.
  private static var types: [any Configurable.Type] {
    let catalogs: [[any Configurable.Type]] = [
      Catalog.layers.all, Catalog.initializers.all, Catalog.regularizers.all, Catalog.constraints.all,
      Catalog.losses.all, Catalog.metrics.all, Catalog.schedules.all,
    ]
    return catalogs.flatMap { $0 }
  }

  /// The message for options of a type, one of which has another value.
  private static func message(
    _ type: any Configurable.Type, _ options: [ConfigurationEntry], _ key: String, _ value: ConfigurationNode
  ) -> String {
    let changed = options.map { $0.key == key ? ConfigurationEntry(key, value) : $0 }
    do {
      _ = try type.init(
        options: ConfigurationReader(ConfigurationNode(mapping: changed), path: "x", keys: type.optionKeys))
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("list them for a value of another type, an empty one and an unknown one")
  func listed() {
    var count = 0
    for type in Self.types {
      let options = type.prototype.options
      for option in options {
        guard case .string(let choice) = option.node.value else { continue }
        count += 1
        for wrong: ConfigurationNode in [0, "", true, [1], "nothing"] {
          let message = Self.message(type, options, option.key, wrong)
          #expect(
            message.hasPrefix("x.\(option.key): ") && message.contains(choice),
            "\(type).\(option.key): \(wrong.json): \(message)")
        }
      }
    }
    #expect(count > 30)
  }

  @Test(
    "are named in the run's configuration",
    arguments: [
      ("data: {dataset: 3}", "data.dataset: expected a data set's name (mnist, fashion_mnist, "),
      ("data: {dataset: ''}", "data.dataset: unknown data set ''. Known names: mnist, fashion_mnist, "),
      ("data: {dataset: cifar100, labels: 3}", "data.labels: expected one of fine, coarse. Received: 3"),
      ("fit: {on_nonfinite: true}", "fit.on_nonfinite: expected one of stop, skip. Received: true"),
      ("fit: {on_nonfinite: ''}", "fit.on_nonfinite: expected one of stop, skip. Received: \"\""),
      ("compile: {loss: 3}", "compile.loss: expected a loss's name (categorical_crossentropy, "),
      ("compile: {optimizer: {name: [adam]}}", "compile.optimizer: expected an optimizer's name (adam, "),
      ("compile: {metrics: [3]}", "compile.metrics: expected a metric's name (accuracy, "),
      ("compile: {metrics: 3}", "compile.metrics: expected a list of metrics (accuracy, "),
      (
        "compile: {learning_rate_schedule: {name: 3}}",
        "compile.learning_rate_schedule.name: expected a schedule's name (constant, step, "
      ),
      (
        "compile: {learning_rate_schedule: {name: one_cycle, total_steps: 9, anneal_strategy: 1}}",
        "compile.learning_rate_schedule.anneal_strategy: expected one of cos, linear. Received: 1"
      ),
      ("callbacks: early_stopping", "callbacks: expected a list of callbacks ("),
      ("callbacks: [3]", "callbacks[0]: expected a callback's name, or one name with its options ("),
      (
        "callbacks: [early_stopping: {monitor: 3}]",
        "callbacks[0].early_stopping.monitor: expected one of loss, accuracy, val_loss, val_accuracy. Received: 3"
      ),
      ("checkpoints: {keep_best: 3}", "checkpoints.keep_best: expected one of loss, accuracy, val_loss, val_accuracy."),
      ("model: [3]", "model[0]: expected a layer, such as 'flatten' or 'dense: {units: 10}' ("),
      ("model: [dense: {units: 3, activation: 3}]", "model[0].dense.activation: expected one of linear, relu, "),
      (
        "model: [dense: {units: 3, activation: {}}]",
        "model[0].dense.activation: expected a name, or one name with its "
      ),
      (
        "model: [dense: {units: 3, kernel_initializer: 3}]",
        "model[0].dense.kernel_initializer: expected an initializer's name, or one with its options ("
      ),
      (
        "model: [dense: {units: 3, kernel_initializer: {mode: ''}}]",
        "model[0].dense.kernel_initializer: expected an initializer's name, or one with its options ("
      ),
      (
        "model: [dense: {units: 3, kernel_initializer: {name: variance_scaling, mode: ''}}]",
        "model[0].dense.kernel_initializer.mode: expected one of fan_in, fan_out, fan_avg. Received: \"\""
      ),
      (
        "model: [dense: {units: 3, kernel_initializer: {name: variance_scaling, distribution: 0}}]",
        "model[0].dense.kernel_initializer.distribution: expected one of uniform, truncated_normal, "
      ),
      (
        "model: [dense: {units: 3, kernel_regularizer: 3}]",
        "model[0].dense.kernel_regularizer: expected a regularizer's name, or one with its options (l1, "
      ),
      (
        "model: [dense: {units: 3, kernel_constraint: [1]}]",
        "model[0].dense.kernel_constraint: expected a constraint's name, or one with its options (max_norm, "
      ),
    ])
  func run(line: String, message: String) throws {
    let key = line.prefix { $0 != ":" }
    let lines = ["name: x", "data: {dataset: digits}", "model: [flatten, dense: 10]"].filter { !$0.hasPrefix(key) }
    let error = try #require(throws: ConfigurationError.self) {
      try RunConfiguration(yaml: (lines + [line]).joined(separator: "\n"), file: "run.yml")
    }
    #expect("\(error)".contains(": \(message)"), "\(error)")
  }
}
