import ArgumentParser
import DurableFiles
import Martlet

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a checkpoint of a model that Keras trained, to go on from.",
    discussion: """
      Takes .keras, .h5 of Keras 2 and 3, and .weights.h5 (with --config, which has the model). The file has no data, no
      batch size and no seed: they come from --config, or take their defaults.
      """)

  @Argument(help: "The model.")
  var file: String

  @Option(help: "The directory for the checkpoint.")
  var output: String?

  @Option(help: "Write the run's configuration (YAML) to this file, to train with.")
  var configOut: String?

  @OptionGroup var dataset: DatasetOptions

  @Flag(help: "Take the weights alone, and begin with a fresh optimizer.")
  var freshOptimizer = false

  @Flag(help: "Replace what the output holds.")
  var overwrite = false

  func run() throws {
    guard output != nil || configOut != nil else {
      throw WrongUse("nothing to write: name the checkpoint's directory by --output, or a file by --config-out.")
    }
    if let configOut, !overwrite, WholeFile.exists(configOut) {
      throw WrongUse("\(configOut) is there already. Replace it by --overwrite, or choose another name.")
    }
    var saved = try opened()
    saved.configuration.source = try dataset.source(of: saved)
    if let output { saved.configuration.checkpoints.directory = output }
    saved.checkpoint.configuration = try saved.configuration.yaml
    if let output {
      let path = try saved.write(toDirectory: output, overwrite: overwrite)
      Console.output.write("\(path): \(summary(saved))\n")
    }
    if let configOut { try WholeFile.write(Array(saved.checkpoint.configuration.utf8), to: configOut) }
  }

  private func opened() throws -> SavedRun {
    let purpose: KerasModelFile.Purpose = freshOptimizer ? .trainingAnew : .training
    return try dataset.opening(for: purpose).openForeign(file)
  }

  /// `5 layers, 145,364 weights, 300 steps done`
  private func summary(_ saved: SavedRun) -> String {
    let steps = saved.checkpoint.snapshot.state.step
    return [
      "\(saved.configuration.training.model.layers.count) layers",
      "\(NumberFormat.grouped(saved.checkpoint.parameterCount)) weights",
      steps > 0 ? "\(NumberFormat.grouped(steps)) steps done" : "a fresh optimizer",
    ].joined(separator: ", ")
  }
}
