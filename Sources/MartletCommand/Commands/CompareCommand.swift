import ArgumentParser
import Martlet
import Reports

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare runs: their metrics, and the configuration values in which they differ.",
    discussion: """
      Each run is a row with its state, the values of its configuration that are not the same in all runs, and its \
      metrics, the best run first. A second table has the means and standard deviations over finished runs that differ \
      in their seeds alone. Nothing is locked or changed: runs under way are shown as of their newest checkpoint.
      """)

  @Argument(
    help: "Directories of runs (the newest good checkpoint of each), or checkpoints (*.weights.h5).",
    completion: .file())
  var runs: [String]

  @Option(help: "Metric that sorts the runs (default: that of the first run's best checkpoint, val_loss or loss).")
  var sort: String?

  @Option(help: "Epoch whose metrics are compared: best, by the metric that sorts, or last.")
  var epoch: RunComparison.Epoch = .best

  @Flag(help: "Show only the means and standard deviations over seeds.")
  var mean = false

  @Option(help: "Output format: text, csv (of one table: the runs, or the means), json or markdown.")
  var format: TableFormat = .text

  func run() throws {
    let read = try runs.map(read)
    let comparison = RunComparison(read, by: sort, epoch: epoch)
    if let sort, !comparison.metricNames.contains(sort) {
      let names = comparison.metricNames.joined(separator: ", ")
      let known = names.isEmpty ? "No run has a complete epoch yet." : "There are: \(names)."
      throw UsageError("--sort \(sort.quotedForMessage): no run has this metric. \(known)")
    }
    Console.output.write(ComparisonTables(comparison, onlyMeans: mean).output(format))
  }

  /// - Throws: `UsageError` for a directory that is not that of a run; the errors of reading it.
  private func read(_ argument: String) throws -> ComparedRun {
    let path = argument.count > 1 && argument.hasSuffix("/") ? String(argument.dropLast()) : argument
    do {
      return try ComparedRun(path: path) { CommandEnvironment.warn("skipped \($0)") }
    } catch let error as CheckpointError {
      if case .none = error { try RunPath.checkHoldsRun(path) }
      throw error
    }
  }
}

extension RunComparison.Epoch: ExpressibleByArgument {}
