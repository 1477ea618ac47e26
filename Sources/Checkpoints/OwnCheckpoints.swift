import Glibc
import Training

/// The checkpoints of a directory that belong to the run. Files not written by the run are read once to determine that.
struct OwnCheckpoints {
  private let store: CheckpointStore
  private var known: [Int: (file: FileState, isOwn: Bool)] = [:]

  init(_ store: CheckpointStore) { self.store = store }

  /// The steps of the run's checkpoints, up to its current step.
  ///
  /// - Parameters:
  ///   - lineage: identifies the run's checkpoints; nil if there are none.
  ///   - left: the names to exclude.
  ///   - foreign: called with the name of each file that is another run's, or corrupt, the first time it is found.
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

  /// Records that the run wrote the checkpoint of a step.
  mutating func note(written step: Int) {
    known[step] = FileState(store.path(CheckpointStore.name(step: step))).map { ($0, true) }
  }

  /// - Returns: nil if the file cannot be read.
  private func isOwn(_ step: Int, _ state: RunState, _ lineage: RunLineage) -> Bool? {
    do {
      let checkpoint = try CheckpointStore.read(store.path(CheckpointStore.name(step: step)))
      return checkpoint.snapshot.state.step == step && lineage.contains(checkpoint, before: state)
    } catch CheckpointError.configuration {
      return false
    } catch {
      return CheckpointStore.isDamage(error) ? false : nil
    }
  }
}

/// The identity of a file's contents: changes if the file is rewritten or replaced.
private struct FileState: Equatable {
  private let device: dev_t
  private let inode: ino_t
  private let size: off_t
  private let seconds: Int
  private let nanoseconds: Int

  /// Nil if the file does not exist.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, inode, size) = (status.st_dev, status.st_ino, status.st_size)
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
