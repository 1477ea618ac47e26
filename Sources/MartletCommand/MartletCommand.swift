import ArgumentParser
import DurableFiles
import Foundation
import Martlet

/// The command `martlet`.
@main
struct MartletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet",
    abstract: "Train convolutional networks on the cores of this machine, and never lose a run.",
    discussion: """
      Exit codes: 0 done, 1 failed, 2 usage error, 75 stopped on request: run it again with --resume.

      Environment: MARTLET_DATA is a directory of data sets. Those that are missing are downloaded to \
      XDG_CACHE_HOME/martlet (default: ~/.cache/martlet), unless Keras has them in KERAS_HOME (default: ~/.keras). \
      MARTLET_INSTRUCTION_SET (x86-64-v4, x86-64-v3 or baseline) selects the kernels; the default is the widest that \
      the processor has. SLURM_CPUS_PER_TASK limits the default of --workers. NO_COLOR turns off colors, and TERM=dumb \
      the progress bar; COLUMNS is its width where the terminal states none.
      """,
    version: MartletVersion.text,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, InspectCommand.self, ReportCommand.self,
      CompareCommand.self, DiffCommand.self, ExportCommand.self, ImportCommand.self, DataCommand.self, InitCommand.self,
      BenchmarkCommand.self,
    ])

  /// Runs the command line and reports every error as one message and an exit code.
  static func main() {
    // A closed pipe or a file at its size limit is a write error, and does not terminate the process.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    Console.occupyClosedStreams()
    // Initialized here, because a signal handler must not do it.
    _ = Console.hasLiveLine.load(ordering: .relaxed)
    MappedFileFaults.hasOpenLine = { Console.hasLiveLine.load(ordering: .relaxed) }
    do {
      var command = try parseAsRoot(try Invocation.arguments())
      try Invocation.checkEnvironment()
      try command.run()
      try checkOutput()
      Foundation.exit(0)
    } catch {
      end(with: error)
    }
  }

  /// Ends the process after giving background output a moment to be read.
  private static func exit(_ status: Int32) -> Never {
    Console.drain()
    Foundation.exit(status)
  }

  /// - Throws: `OutputError` if printed output was lost.
  private static func checkOutput() throws {
    Console.drain()
    if let reason = Console.failure.withLock({ $0 }) {
      throw OutputError(path: "the standard output", reason: reason)
    }
  }

  private static func end(with error: any Error) -> Never {
    if let status = error as? ExitStatus { exit(status.rawValue) }
    // The parser's own errors and help requests come with their text.
    switch exitCode(for: error) {
    case .success:
      Console.output.write(fullMessage(for: error) + "\n")
      do { try checkOutput() } catch { end(with: error) }
      Foundation.exit(0)
    case .validationFailure:
      Console.error.write(fullMessage(for: error) + "\n")
      exit(ExitStatus.usageError.rawValue)
    default:
      Console.error.write("martlet: \(CommandAdvice.message(error))\n")
      exit(ExitStatus(for: error).rawValue)
    }
  }
}
