import ArgumentParser
import DurableFiles
import Martlet

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Convert a Keras model into a checkpoint to resume from.",
    discussion: """
      Accepts .keras, .h5 of Keras 2 and 3, and .weights.h5 (with --config for the model). The file has no data, no \
      batch size and no seed: they come from --config, or have their defaults. With --config, everything but the model \
      comes from there, optimizer, loss and metrics included; the file provides the weights, the step count and the \
      optimizer state. The same configuration then resumes the run.

      For another task, --until or --drop-last keeps the first layers with their weights, and those of --head follow with \
      random ones, with a fresh optimizer. --config-out writes the configuration of the whole model, for train --resume.
      """)

  @Argument(help: "The model file.", completion: .file())
  var file: String

  @Option(help: "Directory for the checkpoint (default: that of --config).", completion: .directory)
  var output: String?

  @Option(help: "Write the run's configuration (YAML) to this file, to train with.", completion: .file())
  var configOut: String?

  @OptionGroup var dataset: DatasetOptions

  @Flag(help: "Import only the weights, and start with a fresh optimizer.")
  var freshOptimizer = false

  @OptionGroup var change: HeadOptions

  @Flag(help: "Replace existing output.")
  var overwrite = false

  func run() throws {
    let configuration = try dataset.configuration(naming: named)
    let output = output ?? (configOut == nil ? configuration?.checkpoints.directory : nil)
    guard output != nil || configOut != nil else {
      throw UsageError("nothing to write: name a checkpoint directory with --output, or a file with --config-out.")
    }
    if let configOut, !overwrite, AtomicFile.exists(configOut) {
      throw UsageError("\(configOut) already exists. Replace it with --overwrite, or choose another name.")
    }
    if let option = change.optionForConfiguration, let config = dataset.config, configOut == nil {
      throw UsageError(
        "\(option) with --config \(config): the layers in \(config) are the new end of the model only, so that a run of it "
          + "could not resume. Name a file for the configuration of the whole model with --config-out, and train with "
          + "that file.")
    }
    try RunPath.checkIsFile(file)
    if let configOut {
      try OutputPath.check(configOut, "--config-out", madeOf: [file] + [dataset.config, change.head].compactMap { $0 })
    }
    var saved = try opened()
    saved.configuration.source = try dataset.source(of: saved, naming: named)
    if configuration != nil, configOut == nil { try checkResumes(saved) }
    if let output { saved.configuration.checkpoints.directory = output }
    if let output {
      let path = try write(saved, to: output)
      Console.output.write("\(path): \(summary(saved))\n")
    }
    if let configOut { try AtomicFile.write(Array(try saved.configuration.yaml.utf8), to: configOut) }
  }

  /// The layers that the configuration names: with a new end, those of a model that is not known before the file is read.
  private var named: NamedLayers { change.isEmpty ? .own : .unknown }

  private func opened() throws -> Checkpoint {
    let head = try change.head(configuration: dataset.configuration(naming: named), freshOptimizer: freshOptimizer)
    let purpose: KerasModelFile.Purpose = freshOptimizer || head != nil ? .trainingAnew : .training
    var loader = try dataset.opening(for: purpose, replacesTraining: true, naming: named)
    loader.head = head
    loader.configurationOfWhole = { try dataset.configuration(naming: .of($0)) }
    return try loader.loadKerasModel(file)
  }

  /// - Throws: `UsageError` if a run with the configuration could not resume from the imported model.
  private func checkResumes(_ saved: Checkpoint) throws {
    let model = saved.configuration.training.model
    if let head = change.head, let config = dataset.config,
      try dataset.configuration(naming: .unknown)?.training.model.isSame(as: model, ignoringTrainable: true) == false
    {
      throw UsageError(
        "--head \(head) with --config \(config): the model in \(config) is not that of \(file) with the layers of \(head), "
          + "so that a run of it could not resume. Name a file for the configuration of the whole model with "
          + "--config-out, and train with that file.")
    }
    guard let configuration = try dataset.configuration() else { return }
    do {
      if saved.isScaleKnown, let scale = saved.configuration.training.scale, let own = configuration.training.scale,
        scale != own
      {
        throw ResumeMismatch(
          key: "data.scale", checkpoint: PixelScale.text(scale), requested: PixelScale.text(own))
      }
      try configuration.checkResumes(saved.configuration, isImported: true)
    } catch let error as ResumeMismatch {
      throw UsageError(
        "\(dataset.config ?? ""): \(error.key) is \(error.requested), in \(file) it is \(error.checkpoint): a run of this "
          + "configuration could not resume from the model. Change it, or write one that can with --config-out.")
    }
  }

  private func write(_ saved: Checkpoint, to directory: String) throws -> String {
    do {
      return try saved.write(toDirectory: directory, overwrite: overwrite)
    } catch CheckpointError.occupied(let directory, let newest) {
      throw UsageError(
        "\(directory): already holds a run (\(newest)). Replace it with --overwrite, or choose another directory "
          + "with --output."
      )
    }
  }

  /// `5 layers, 145,364 weights, 300 steps done`
  private func summary(_ saved: Checkpoint) -> String {
    let steps = saved.snapshot.state.step
    let frozen = saved.configuration.training.model.nodes.count { !$0.isTrainable }
    let parts = [
      "\(saved.configuration.training.model.layers.count) layers",
      "\(NumberFormat.grouped(saved.parameterCount)) weights",
      steps > 0 ? "\(NumberFormat.grouped(steps)) steps done" : "a fresh optimizer",
    ]
    return (frozen > 0 ? parts + ["\(frozen) layer\(frozen == 1 ? "" : "s") frozen"] : parts).joined(separator: ", ")
  }
}
