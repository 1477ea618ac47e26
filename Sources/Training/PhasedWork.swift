import CVector
import Dispatch
import Synchronization

/// Work in phases: all tasks of a phase finish before the next phase begins.
protocol PhasedWork: Sendable {
  /// What the current phase does, for reports.
  var phaseName: String { get }
  /// Runs a task of the current phase. Two tasks never run on the same worker at the same time.
  func run(task: Int, worker: Int)
  /// Begins the next phase, while no task runs.
  ///
  /// - Returns: the number of tasks of the phase, at least 1; nil to end the work.
  func beginPhase() -> Int?
}
