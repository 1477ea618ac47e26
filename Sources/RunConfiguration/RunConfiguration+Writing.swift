import Configuration
import Datasets
import NeuralNetwork
import Training

extension RunConfiguration {
  /// The configuration as YAML, with every option; reading it gives the same run.
  public var yaml: String {
    get throws { try YAMLDocument.text(document) }
  }

  /// The configuration with every option.
  package var document: ConfigurationNode {
    ConfigurationNode(mapping: [
      ConfigurationEntry("name", text(name)),
      ConfigurationEntry("data", data),
      ConfigurationEntry("model", training.model.configuration),
      ConfigurationEntry("compile", compile),
      ConfigurationEntry("fit", fit),
      ConfigurationEntry("callbacks", Self.list(callbacks)),
      ConfigurationEntry("checkpoints", checkpointSection),
    ])
  }

  private var data: ConfigurationNode {
    let scale = training.scale.map { scale in
      [ConfigurationEntry("scale", ConfigurationNode(.number(Double("\(scale)") ?? Double(scale))))]
    }
    let dataset = source.map { [ConfigurationEntry("dataset", text(type(of: $0).name))] + $0.options }
    let subset = training.samples.subset.map { [ConfigurationEntry("subset", $0.configuration)] }
    let names = training.classNames.map { [ConfigurationEntry("class_names", ConfigurationNode(strings: $0))] }
    return ConfigurationNode(mapping: (dataset ?? []) + (scale ?? []) + (subset ?? []) + (names ?? []))
  }

  private var compile: ConfigurationNode {
    let optimizer = training.optimizer
    let metrics = training.metrics.map(Self.metric)
    let schedule = training.learningRateSchedule.map {
      [ConfigurationEntry("learning_rate_schedule", $0.configuration)]
    }
    let optimizerEntry = ConfigurationEntry(
      "optimizer",
      ConfigurationNode(mapping: [ConfigurationEntry("name", text(type(of: optimizer).name))] + optimizer.allOptions))
    return ConfigurationNode(
      mapping: [optimizerEntry] + (schedule ?? []) + [
        ConfigurationEntry("loss", Self.loss(training.loss)),
        ConfigurationEntry("metrics", ConfigurationNode(.sequence(metrics))),
      ])
  }

  private var fit: ConfigurationNode {
    let counts = [
      ConfigurationEntry("epochs", ConfigurationNode(.integer(training.epochs))),
      ConfigurationEntry("batch_size", ConfigurationNode(.integer(training.batchSize))),
      ConfigurationEntry("shards", ConfigurationNode(.integer(training.shards))),
    ]
    let steps = training.stepsPerEpoch.map { [ConfigurationEntry("steps_per_epoch", ConfigurationNode(.integer($0)))] }
    let frequency = training.validationFrequency
    let validation =
      frequency == 1 ? [] : [ConfigurationEntry("validation_freq", ConfigurationNode(.integer(frequency)))]
    let augmentation = (training.batchAugmentation?.configuration).map {
      [ConfigurationEntry("batch_augmentation", $0)]
    }
    return ConfigurationNode(
      mapping: counts + (steps ?? []) + training.samples.fitOptions + validation + [
        ConfigurationEntry("shuffle", ConfigurationNode(.bool(training.shuffle))),
        ConfigurationEntry("seed", ConfigurationNode(.integer(Int(training.seed)))),
      ] + (augmentation ?? []) + [
        ConfigurationEntry("on_nonfinite", text(training.onNonfinite.rawValue))
      ])
  }

  /// A name, with the options that differ from the defaults.
  static func loss(_ loss: any Loss) -> ConfigurationNode {
    let name = ConfigurationNode(.string(type(of: loss).name))
    return loss.changedOptions.isEmpty
      ? name : ConfigurationNode(mapping: [ConfigurationEntry("name", name)] + loss.changedOptions)
  }

  /// A name, with the options that differ from the defaults.
  static func metric(_ metric: any Metric) -> ConfigurationNode {
    let name = ConfigurationNode(.string(type(of: metric).name))
    return metric.changedOptions.isEmpty
      ? name : ConfigurationNode(mapping: [ConfigurationEntry("name", name)] + metric.changedOptions)
  }

  /// A list of callbacks, each with all its options.
  static func list(_ callbacks: [any ConfiguredCallback]) -> ConfigurationNode {
    ConfigurationNode(
      .sequence(
        callbacks.map { callback in
          let options = ConfigurationNode(mapping: callback.options)
          return ConfigurationNode(mapping: [ConfigurationEntry(type(of: callback).name, options)])
        }))
  }

  private var checkpointSection: ConfigurationNode {
    let fallback = checkpoints.fallbackDirectory.map { [ConfigurationEntry("fallback_directory", text($0))] }
    let everySteps = checkpoints.everySteps.map {
      [ConfigurationEntry("every_steps", ConfigurationNode(.integer($0)))]
    }
    let minutes = checkpoints.everyMinutes.map { ConfigurationNode(.number($0)) } ?? .null
    return ConfigurationNode(
      mapping: [ConfigurationEntry("directory", text(checkpoints.directory))] + (fallback ?? [])
        + [ConfigurationEntry("every_epochs", ConfigurationNode(.integer(checkpoints.everyEpochs)))]
        + (everySteps ?? []) + [
          ConfigurationEntry("every_minutes", minutes),
          ConfigurationEntry("keep_last", ConfigurationNode(.integer(checkpoints.keepLast))),
          ConfigurationEntry("keep_best", checkpoints.keepBest.map(text) ?? .null),
        ])
  }

  private func text(_ value: String) -> ConfigurationNode { ConfigurationNode(.string(value)) }
}
