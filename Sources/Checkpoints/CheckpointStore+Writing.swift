import DurableFiles
import Glibc
import HDF5Writing
import NeuralNetwork
import Training

/// Which checkpoints of a run stay, by what the run and its files say of themselves.
package struct CheckpointRetention: Sendable {
  let policy: CheckpointPolicy
  /// The run as it stands: its history says which epoch was the best.
  let state: RunState
  /// Steps whose files do not hold what the history says of them.
  let unfit: Set<Int>

  package init(policy: CheckpointPolicy, state: RunState, unfit: Set<Int> = []) {
    self.policy = policy
    self.state = state
    self.unfit = unfit
  }

  /// The best of the checkpoints that are there.
  func best(among steps: some Sequence<Int>) -> Int? {
    policy.best(among: steps.filter { !unfit.contains($0) }, of: state)
  }

  /// Those of the run that are removed once the checkpoint of a step is safe: never that one, the best, or a later one.
  func removed(of steps: some Sequence<Int>, written: Int, best: Int?) -> [Int] {
    steps.filter { $0 < written }.sorted().dropLast(policy.keepLast - 1).filter { $0 != best }
  }
}

/// A checkpoint that is safe in a directory.
package struct StoredCheckpoint: Equatable {
  package let path: String
  /// Whether it is the best of those in the directory.
  let isBest: Bool
  /// Why the links do not lead where they should.
  let linkFault: String?
  /// What had its name, and where that is now.
  let setAside: String?
}

extension CheckpointStore {
  /// Writes a checkpoint to any file.
  ///
  /// - Throws: `FileError` or `HDF5WritingError`; what stood at `path` still does then.
  package static func write(
    _ checkpoint: Checkpoint, to path: String, plan: ModelPlan, training: TrainingConfiguration
  ) throws {
    let writer = CheckpointWriter(checkpoint: checkpoint, plan: plan, training: training)
    try WholeFile.write(writer.bytes(path: path), to: path)
  }

  /// Writes the bytes of a checkpoint, and only once they are safe moves the links, and removes what is no longer kept.
  ///
  /// - Parameters:
  ///   - own: the steps of the run's checkpoints that are there; no other one is removed or replaced.
  ///   - superseded: the names of an older run's files, which are removed too.
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

  /// What cannot be removed stays, and the next write tries again.
  func remove(_ names: some Sequence<String>) { for name in names { unlink(path(name)) } }
}
