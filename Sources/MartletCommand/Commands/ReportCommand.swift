import ArgumentParser
import DurableFiles
import Martlet
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write a report of a run, or a comparison of several runs, as one HTML file.",
    discussion: """
      The file needs no network and no scripts. A run that is under way, or was interrupted, has a report too. Sections \
      that need data that is not on this machine are omitted, and the report says so; nothing is downloaded.
      """)

  @Argument(help: "Directories of runs, or checkpoints (*.weights.h5).")
  var runs: [String]

  @Option(help: "Output file: .html. A report is replaced, another file is not.")
  var output: String

  @Option(help: "Directory of the data set's files.")
  var data: String?

  @Option(
    help: """
      Data set, as listed by 'martlet data list', or the path of data (a file of arrays, or a directory), instead of \
      that of the run.
      """)
  var dataset: String?

  @Option(help: "The event log of the run. {seed} is replaced by the seed.")
  var logFile: String?

  @Option(help: "The step log of the run. {seed} is replaced by the seed.")
  var stepLog: String?

  @Option(parsing: .unconditional, help: "Number of threads (default: the cores this process may use).")
  var workers: Int?

  func run() throws {
    try OutputPath.checkReport(output, "--output", madeOf: runs + [logFile, stepLog, dataset].compactMap { $0 })
    for (option, value) in [("--log-file", logFile), ("--step-log", stepLog)] where value != nil && runs.count > 1 {
      throw UsageError("\(option): a comparison shows no logs. Leave it out, or name a single run.")
    }
    let reader = RunReader(
      data: data, dataset: dataset, logFile: logFile, stepLog: stepLog,
      environment: try CommandEnvironment.training(workers: workers, isSilent: true))
    let read = try runs.map { try reader.read($0, isAlone: runs.count == 1) }
    try AtomicFile.write(Array(Report(read).html.utf8), to: output)
    for run in read {
      for omission in run.omissions { Console.error.write("martlet: note: \(run.path): \(omission)\n") }
    }
  }
}
