import Glibc
import Training

/// Which checkpoints of a directory are of the run that writes there. Files are only read if the run did not write them,
/// and only once.
struct OwnCheckpoints {
  private let store: CheckpointStore
  private var known: [Int: (file: FileState, isOwn: Bool)] = [:]

  init(_ store: CheckpointStore) { self.store = store }

  /// The steps of the run's checkpoints, up to where it is.
  ///
  /// - Parameters:
  ///   - lineage: tells them from those of other runs; nil if no checkpoint is the run's.
  ///   - left: the names that are left out.
  ///   - foreign: called with the name of each file that is another run's, or damaged, the first time that it is found.
  mutating func steps(
    at state: RunState, _ lineage: RunLineage?, except left: Set<String>, foreign: (String) -> Void
  ) -> [Int] {
    guard let lineage else { return [] }
    return store.steps().filter { step in
      let name = CheckpointStore.name(step: step)
      guard step <= state.step, !left.contains(name), let file = FileState(store.path(name)) else { return false }
      if let known = known[step], known.file == file { return known.isOwn }
      guard let isOwn = isOwn(step, state, lineage) else { return false }
      known[step] = (file, isOwn)
      if !isOwn { foreign(name) }
      return isOwn
    }
  }

  /// Notes that the run wrote the checkpoint of a step.
  mutating func note(written step: Int) {
    known[step] = FileState(store.path(CheckpointStore.name(step: step))).map { ($0, true) }
  }

  /// - Returns: nil if the system does not say.
  private func isOwn(_ step: Int, _ state: RunState, _ lineage: RunLineage) -> Bool? {
    do {
      let checkpoint = try CheckpointStore.read(store.path(CheckpointStore.name(step: step)))
      return checkpoint.snapshot.state.step == step && lineage.contains(checkpoint, before: state)
    } catch {
      return CheckpointStore.isDamage(error) ? false : nil
    }
  }
}

/// What tells a file that was written anew, or replaced, from what it was.
private struct FileState: Equatable {
  private let device: dev_t
  private let inode: ino_t
  private let size: off_t
  private let seconds: Int
  private let nanoseconds: Int

  /// Nil for nothing.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, inode, size) = (status.st_dev, status.st_ino, status.st_size)
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
