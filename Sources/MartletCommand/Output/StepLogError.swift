import DurableFiles
import Foundation
import Martlet

/// An incomplete step log of a complete run.
struct StepLogError: Error, Equatable, CustomStringConvertible {
  let path: String

  var description: String { "\(path): lines are missing. The run and its checkpoints are complete." }
}
