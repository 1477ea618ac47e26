import ArgumentParser
import Foundation
import Martlet

/// The command `martlet`.
@main
struct MartletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet",
    abstract: "Trains convolutional networks on the cores of this machine, and never loses the run.",
    discussion: "Exit codes: 0 done, 1 failed, 2 wrong use, 75 stopped on request: run it again with --resume.",
    version: MartletVersion.text,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, InspectCommand.self, ExportCommand.self,
      ImportCommand.self, DiffCommand.self, DataCommand.self, BenchmarkCommand.self,
    ])

  /// Runs the command line, and turns every error into one message and an exit code.
  static func main() {
    // A pipe that closed, or a file at the limit of its size, is an error of the write, not the end of the process.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    Console.occupyClosedStreams()
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

  /// Ends the process, once what is printed in the background had a moment to be read.
  private static func exit(_ status: Int32) -> Never {
    Console.drain()
    Foundation.exit(status)
  }

  /// - Throws: `OutputError` if something that was printed was lost.
  private static func checkOutput() throws {
    Console.drain()
    if let reason = Console.failure.withLock({ $0 }) {
      throw OutputError(path: "the standard output", reason: reason)
    }
  }

  private static func end(with error: any Error) -> Never {
    if let status = error as? ExitStatus { exit(status.rawValue) }
    // The parser's own errors and requests for help bring their wording with them.
    switch exitCode(for: error) {
    case .success:
      Console.output.write(fullMessage(for: error) + "\n")
      do { try checkOutput() } catch { end(with: error) }
      Foundation.exit(0)
    case .validationFailure:
      Console.error.write(fullMessage(for: error) + "\n")
      exit(ExitStatus.wrongUse.rawValue)
    default:
      Console.error.write("martlet: \(error)\n")
      exit(ExitStatus(for: error).rawValue)
    }
  }
}

/// What the shell is told.
enum ExitStatus: Int32, Error {
  case failed = 1
  case wrongUse = 2
  /// A training that was asked to stop, and can go on: EX_TEMPFAIL of <sysexits.h>.
  case runAgain = 75

  /// A configuration, a command line or an environment that cannot be meant is wrong use; what goes wrong with files and
  /// data is a failure.
  init(for error: any Error) {
    switch error {
    case is ConfigurationError, is ModelError, is InstructionSetError, is ResumeMismatch, is WrongUse,
      is ForeignLog:
      self = .wrongUse
    case CheckpointError.occupied, CheckpointError.none, CheckpointError.fallsBackToItself, CheckpointError.noTime,
      TrainingError.batchLargerThanData, TrainingError.shapeMismatch, TrainingError.outputNotClasses,
      TrainingError.labelOutOfRange, TrainingError.noTargets, TrainingError.noClass, TrainingError.targetMismatch,
      TrainingError.tooLarge, DatasetError.emptyPart:
      self = .wrongUse
    default:
      self = .failed
    }
  }
}

/// Arguments that are each right but make no sense together, or for this data.
struct WrongUse: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
