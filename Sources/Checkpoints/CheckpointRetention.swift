import DurableFiles
import Glibc
import HDF5Writing
import NeuralNetwork
import RunConfiguration
import Training

/// The retention of a run's checkpoints, derived from its history and files.
package struct CheckpointRetention: Sendable {
  let policy: CheckpointPolicy
  /// The current state of the run, whose history determines the best epoch.
  let state: RunState
  /// Steps whose files do not match the history.
  let unfit: Set<Int>

  package init(policy: CheckpointPolicy, state: RunState, unfit: Set<Int> = []) {
    self.policy = policy
    self.state = state
    self.unfit = unfit
  }

  /// The best of the checkpoints present.
  func best(among steps: some Sequence<Int>) -> Int? {
    policy.best(among: steps.filter { !unfit.contains($0) }, of: state)
  }

  /// The steps of the run's checkpoints to remove once the checkpoint of a step is durable: never that one, the best,
  /// or a later one.
  func removed(of steps: some Sequence<Int>, written: Int, best: Int?) -> [Int] {
    steps.filter { $0 < written }.sorted().dropLast(policy.keepLast - 1).filter { $0 != best }
  }
}
