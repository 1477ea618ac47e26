import DurableFiles
import HDF5Writing
import RunConfiguration
import Training

/// The directories that a run writes its checkpoints to: its own, and a fallback directory.
package final class RunDirectory: @unchecked Sendable {
  // Sendable: used by the run's thread before its first checkpoint, and then by `BackgroundTask`, one write at a time.
  private let stores: [CheckpointStore]
  private let policy: CheckpointPolicy
  private var locks: [DirectoryLock?]
  /// The paths of checkpoints that were skipped.
  private var damaged: Set<String> = []
  private var isPrepared = false
  /// For each store, the names of an older run's checkpoints, which are removed once there is one of this run.
  private var superseded: [Set<String>]
  /// Steps whose files do not match the run's history.
  private var unfit: Set<Int> = []
  /// Identifies the run's checkpoints; nil as long as it has none.
  var lineage: RunLineage?
  /// For each store, the run's own checkpoints.
  private var own: [OwnCheckpoints]
  /// The paths of checkpoints of other runs that were found and not yet reported.
  private var foreign: [String] = []

  package init(_ policy: CheckpointPolicy) {
    stores = [policy.directory, policy.fallbackDirectory].compactMap { $0.map(CheckpointStore.init) }
    self.policy = policy
    locks = stores.map { _ in nil }
    own = stores.map(OwnCheckpoints.init)
    superseded = stores.map { _ in [] }
  }

  /// Whether there is a directory to lock; the run's own directory may be missing while the fallback exists.
  package var exists: Bool { stores.contains { AtomicFile.exists($0.directory) } }

  /// Whether the run's own directory is locked.
  package var isTaken: Bool { locks[0] != nil }

  /// The newest checkpoint that verifies.
  ///
  /// - Parameter passedOver: called with the error of each newer one that is corrupt.
  /// - Throws: `CheckpointError.none` or `.noneGood`; for a newer one that another program or another attempt may be
  ///   able to read, the error of `CheckpointStore.read`.
  package func newestGood(passedOver: (String) -> Void = { _ in }) throws -> Checkpoint {
    try CheckpointStore.newestGood(in: stores) { path, reason in
      damaged.insert(path)
      passedOver(reason)
    }
  }

  /// Whether there is a checkpoint, good or not.
  ///
  /// - Throws: `FileError` if a directory cannot be read.
  package func holdsRun() throws -> Bool {
    try stores.contains { try !$0.stepNames().isEmpty || !$0.wholeLinks().isEmpty }
  }

  /// Whether the checkpoint of the run's current state exists; false if a directory cannot be read.
  func holds(_ state: RunState) -> Bool { stores.indices.contains { steps(ofStore: $0, state).contains(state.step) } }

  /// The steps of this run's checkpoints.
  private func steps(ofStore index: Int, _ state: RunState) -> [Int] {
    let store = stores[index]
    return own[index].steps(at: state, lineage, except: superseded[index]) { foreign.append(store.path($0)) }
  }

  /// A message about checkpoints of other runs found since the last call; nil if there were none.
  func takeForeign() -> String? {
    defer { foreign = [] }
    guard let first = foreign.first else { return nil }
    let others = foreign.count > 1 ? " (and \(foreign.count - 1) more)" : ""
    return "\(first)\(others): is not of this run, or is corrupt. It is left unchanged, and does not count as one of "
      + "the checkpoints that are kept."
  }

  /// - Throws: `CheckpointError.occupied` if there is a checkpoint.
  package func checkUnoccupied() throws { for store in stores { try store.checkUnoccupied() } }

  /// Checks whether the run can resume here from the checkpoint at `path`, which is at `step`.
  ///
  /// - Throws: `CheckpointError.occupied` if there is another run, or later checkpoints of this run.
  package func checkResumes(from path: String, step: Int) throws {
    try CheckpointStore.checkResumes(in: stores, from: path, step: step)
  }

  /// Creates the run's own directory if it is missing, and locks both directories.
  ///
  /// - Parameter notice: called if it has to wait for a holder on another host, or if locks are not available.
  /// - Throws: `FileError`, also if another process holds a lock; `CheckpointError.fallsBackToItself`.
  package func take(notice: (LockNotice) -> Void = { _ in }) throws {
    for (index, store) in stores.enumerated() where index == 0 || AtomicFile.exists(store.directory) {
      if index > 0, CheckpointStore.isSameFile(stores[0].directory, store.directory) {
        throw CheckpointError.fallsBackToItself(directory: store.directory)
      }
      locks[index] = try locks[index] ?? store.lock(notice: notice)
    }
  }

  /// Checks whether `take` would succeed, as far as that can be known without acquiring a lock.
  ///
  /// - Throws: as `take`.
  package func checkTakeable() throws {
    for (index, store) in stores.enumerated() where index == 0 || AtomicFile.exists(store.directory) {
      if index > 0, CheckpointStore.isSameFile(stores[0].directory, store.directory) {
        throw CheckpointError.fallsBackToItself(directory: store.directory)
      }
      if let holder = DirectoryLock.holder(of: store.directory) {
        throw FileError(path: store.directory, operation: .lock, reason: "another run is writing to it: \(holder)")
      }
      try AtomicFile.checkWritableDirectory(store.directory)
    }
  }

  /// Removes the remains of interrupted writes, and sets aside the checkpoints that `newestGood` skipped.
  ///
  /// - Parameters:
  ///   - step: where the run starts.
  ///   - overwrite: whether to replace an older run, whose checkpoints are removed once the first one of this run is
  ///     durable.
  /// - Throws: `FileError`, also if a directory cannot be written to; `CheckpointError.occupied` if a process without
  ///   the lock has written later checkpoints.
  package func prepare(startingAt step: Int, overwrite: Bool) throws {
    for (index, store) in stores.enumerated() where AtomicFile.exists(store.directory) {
      // When it is prepared again, the existing ones are this run's own.
      superseded[index] = try store.prepare(
        startingAt: step, damaged: damaged, overwrite: overwrite && (!isPrepared || !superseded[index].isEmpty))
    }
    isPrepared = true
  }

  /// Finds the best checkpoint present and updates the links, in case the run was interrupted before that, or the
  /// directory was copied without them.
  ///
  /// - Returns: warnings.
  func begin(_ state: RunState) -> [String] {
    // The links of an older run are unchanged until there is a checkpoint of this run.
    for index in stores.indices where superseded[index].isEmpty {
      let best = stores[index].best(among: steps(ofStore: index, state), by: policy, of: state, unfit: &unfit)
      _ = stores[index].moveLinks(latest: state.step, best: best)
    }
    return missingBest(state) + (takeForeign().map { [$0] } ?? [])
  }

  private func retention(_ state: RunState) -> CheckpointRetention {
    CheckpointRetention(policy: policy, state: state, unfit: unfit)
  }

  /// A warning if the best checkpoint is missing and others are present.
  private func missingBest(_ state: RunState) -> [String] {
    let steps = stores.indices.flatMap { self.steps(ofStore: $0, state) }
    guard let metric = policy.keepBest, let best = policy.best(among: state.epochEnds, of: state),
      !steps.isEmpty, !steps.contains(best)
    else { return [] }
    let others = retention(state).best(among: steps).map { " The best of those present is that of step \($0)." }
    return ["\(policy.directory): the best checkpoint by \(metric), of step \(best), is missing.\(others ?? "")"]
  }

  /// Writes a checkpoint to the first directory where that succeeds.
  ///
  /// - Parameter state: the current state of the run.
  /// - Returns: the checkpoint, and the error of the run's own directory if that failed.
  /// - Throws: the `FileError` of the run's own directory if all fail.
  func write(_ image: HDF5Image, _ state: RunState) throws -> (stored: StoredCheckpoint, fault: String?) {
    var faults: [FileError] = []
    for index in stores.indices {
      do {
        let stored = try write(image, toStore: index, state)
        removeSuperseded(except: state.step, in: index)
        return (stored, faults.first.map { "\($0)" })
      } catch let error as FileError {
        faults.append(error)
      }
    }
    throw faults[0]
  }

  private func write(_ image: HDF5Image, toStore index: Int, _ state: RunState) throws -> StoredCheckpoint {
    let store = stores[index]
    // A directory that vanished is recreated and locked again.
    if locks[index].map({ !$0.isInPlace }) ?? true {
      locks[index] = nil
      locks[index] = try store.lock()
    }
    let steps = steps(ofStore: index, state)
    // Another file with this name is set aside and reported.
    let path = store.path(CheckpointStore.name(step: state.step))
    foreign.removeAll { $0 == path }
    let stored = try store.write(
      image, step: state.step, retention: retention(state), own: steps, superseded: superseded[index])
    own[index].note(written: state.step)
    return stored
  }

  /// Removes the remains of an older run. Failures are retried later.
  private func removeSuperseded(except step: Int, in written: Int) {
    superseded[written].remove(CheckpointStore.name(step: step))
    for (index, store) in stores.enumerated() {
      if index != written { store.removeRun(superseded[index]) }
      superseded[index] = superseded[index].filter {
        AtomicFile.exists(store.path($0)) && !CheckpointStore.linkNames.contains($0)
      }
    }
  }
}
