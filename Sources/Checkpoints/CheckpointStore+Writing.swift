import DurableFiles
import Glibc
import HDF5Writing
import NeuralNetwork
import Training

extension CheckpointStore {
  /// Writes a checkpoint; once it is durable, updates the links and removes checkpoints no longer kept.
  ///
  /// - Parameters:
  ///   - own: the steps of the run's existing checkpoints; no others are removed or replaced.
  ///   - superseded: the names of an older run's files to remove too.
  /// - Throws: `FileError`; nothing is removed then.
  package func write(
    _ image: HDF5Image, step: Int, retention: CheckpointRetention, own: [Int] = [], superseded: Set<String> = []
  ) throws -> StoredCheckpoint {
    let name = Self.name(step: step)
    let setAside = try setAsideIfForeign(name, isOwn: own.contains(step) || superseded.contains(name))
    try image.withBytes { try AtomicFile.write($0, to: path(name), followsLinks: false) }
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
