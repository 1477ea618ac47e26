import ArgumentParser
import DurableFiles
import Foundation
import Martlet

/// How much a command prints.
enum Verbosity {
  /// - Throws: `UsageError` for any other number.
  static func resolve(_ number: Int?) throws -> ProgressPrinter.Verbosity {
    guard let verbosity = ProgressPrinter.Verbosity(rawValue: number ?? 1) else {
      throw UsageError("--verbose must be 0, 1 or 2. Received: \(number ?? 1)")
    }
    // A bar needs a terminal on which it can be redrawn.
    return verbosity == .bar && Terminal(.output) == nil ? .line : verbosity
  }
}
