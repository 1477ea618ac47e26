import ArgumentParser
import DurableFiles
import Foundation
import Martlet

/// Settings from the machine and the environment.
enum CommandEnvironment {
  static func training(workers: Int?, isSilent: Bool) throws -> TrainingRun.Environment {
    TrainingRun.Environment(
      dataset: dataset(isSilent: isSilent), workerCount: try workerCount(workers),
      instructionSet: try InstructionSet.resolve(environment: environment),
      warning: warn)
  }

  @Sendable static func warn(_ text: String) { Console.error.write("martlet: warning: \(text)\n") }

  /// Where data sets are searched for; downloads show their progress on standard error.
  static func dataset(mirror: String? = nil, isSilent: Bool) -> DatasetContext {
    let terminal = isSilent ? nil : Terminal(.error)
    return DatasetContext(environment: environment, mirror: mirror) { line in
      guard let terminal else { return }
      // The last line is empty and releases the terminal's line.
      Console.error.write(
        terminal.redrawn([Terminal.Piece(line)]) + (line.isEmpty ? "\r" : ""), line.isEmpty ? .liveEnd : .live)
    }
  }

  /// As `dataset`, for commands that use each sample once: pictures are not kept in memory.
  static func streamedDataset() -> DatasetContext {
    var context = dataset(isSilent: false)
    context.keepsPictures = false
    return context
  }

  static func workerCount(_ workers: Int?) throws -> Int {
    guard let workers else { return AvailableCores.count() }
    guard (1...1024).contains(workers) else {
      throw UsageError("--workers must be at least 1 and at most 1024. Received: \(workers)")
    }
    return workers
  }

  private static var environment: [String: String] { ProcessInfo.processInfo.environment }
}
