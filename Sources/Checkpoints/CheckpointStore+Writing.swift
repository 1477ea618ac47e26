import DurableFiles
import Glibc
import HDF5Writing
import NeuralNetwork
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

/// A checkpoint that is durable in a directory.
package struct StoredCheckpoint: Equatable {
  package let path: String
  /// Whether it is the best of those in the directory.
  let isBest: Bool
  /// Why a link is missing or wrong; nil if both are right.
  let linkFault: String?
  /// Which other file had its name, and where it was moved.
  let setAside: String?
}

extension CheckpointStore {
  /// Writes a checkpoint to a file of any name.
  ///
  /// - Throws: `FileError` or `HDF5WritingError`; an existing file at `path` is unchanged then.
  package static func write(
    _ checkpoint: Checkpoint, to path: String, plan: ModelPlan, training: TrainingConfiguration
  ) throws {
    let writer = CheckpointWriter(checkpoint: checkpoint, plan: plan, training: training)
    try WholeFile.write(writer.bytes(path: path), to: path)
  }

  /// Writes the bytes of a checkpoint; once they are durable, updates the links and removes checkpoints no longer kept.
  ///
  /// - Parameters:
  /// - own: the steps of the run's existing checkpoints; no others are removed or replaced.
  /// - superseded: the names of an older run's files to remove too.
  /// - Throws: `FileError`; nothing is removed then.
  package func write(
    _ bytes: [UInt8], step: Int, retention: CheckpointRetention, own: [Int] = [], superseded: Set<String> = []
  ) throws -> StoredCheckpoint {
    let name = Self.name(step: step)
    let setAside = try setAsideIfForeign(name, isOwn: own.contains(step) || superseded.contains(name))
    try WholeFile.write(bytes, to: path(name), followsLinks: false)
    let old = superseded.subtracting([name])
    let steps = Set(own + [step])
    let best = retention.best(among: steps)
    remove(Self.linkNames.filter { old.contains($0) && place(ofLink: $0) == .file })
    let linkFault = moveLinks(latest: step, best: best)
    remove(old.subtracting(Self.linkNames))
    remove(retention.removed(of: steps, written: step, best: best).map(Self.name))
    return StoredCheckpoint(path: path(name), isBest: best == step, linkFault: linkFault, setAside: setAside)
  }

  /// Removes files; what cannot be removed is retried at the next write.
  func remove(_ names: some Sequence<String>) { for name in names { unlink(path(name)) } }
}
