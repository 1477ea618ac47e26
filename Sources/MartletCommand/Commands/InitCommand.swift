import ArgumentParser
import DurableFiles
import Martlet

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write a first run configuration for a data set.",
    discussion: """
      Looks at the samples, and chooses a network that fits their size, number and targets. The configuration is commented, \
      and ready for 'martlet train'. Run this in the directory in which you train: paths are as they are given.
      """)

  @Argument(
    help: "Data set, as listed by 'martlet data list', or the path of data: a file of arrays, or a directory.",
    completion: .file())
  var data: String

  @Option(help: "Write to this file instead of the standard output.", completion: .file())
  var output: String?

  @Option(help: "Name of the run (default: from DATA).")
  var name: String?

  @Flag(help: "Replace an existing file.")
  var overwrite = false

  func run() throws {
    if let output {
      try OutputPath.check(output, "--output", madeOf: [data])
      guard overwrite || !AtomicFile.exists(output) || AtomicFile.isStream(output) else {
        throw UsageError("--output \(output): exists. --overwrite replaces it.")
      }
    }
    let argument = try DataArgument(data)
    guard argument.configuration == nil else {
      throw UsageError("\(data): is a configuration already. 'martlet train \(data)' runs it.")
    }
    let first = try FirstConfiguration(
      argument.source, name: name ?? data, CommandEnvironment.streamedDataset())
    if let output {
      try AtomicFile.write(Array(first.yaml.utf8), to: output)
    } else {
      Console.output.write(first.yaml)
    }
  }
}
