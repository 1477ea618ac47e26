import DurableFiles
import Training

/// The directories that a run writes its checkpoints to: its own, and one to fall back to if that one fails.
package final class RunDirectory: @unchecked Sendable {
  // Sendable: the run's thread uses it before its first checkpoint, and then `BackgroundTask` for one write at a time.
  private let stores: [CheckpointStore]
  private let policy: CheckpointPolicy
  private var locks: [DirectoryLock?]
  /// The paths of checkpoints that were passed over.
  private var damaged: Set<String> = []
  private var isPrepared = false
  /// For each store, the names of the checkpoints of an older run, which go once there is one of this run.
  private var superseded: [Set<String>]
  /// Steps whose files do not hold what the run's history says of them.
  private var unfit: Set<Int> = []
  /// Tells the run's checkpoints from those of others; nil as long as none is the run's.
  var lineage: RunLineage?
  /// For each store, its checkpoints that are the run's.
  private var own: [OwnCheckpoints]
  /// The paths of checkpoints of other runs that were found, and of which nobody was told.
  private var foreign: [String] = []

  package init(_ policy: CheckpointPolicy) {
    stores = [policy.directory, policy.fallbackDirectory].compactMap { $0.map(CheckpointStore.init) }
    self.policy = policy
    locks = stores.map { _ in nil }
    own = stores.map(OwnCheckpoints.init)
    superseded = stores.map { _ in [] }
  }

  /// Whether there is anything to take; the run's own directory may be missing while the other is there.
  package var exists: Bool { stores.contains { WholeFile.exists($0.directory) } }

  /// Whether every other run is kept out of the run's own directory.
  package var isTaken: Bool { locks[0] != nil }

  /// The newest checkpoint that can be opened.
  ///
  /// - Parameters:
  ///   - open: reads and verifies a file.
  ///   - passedOver: is told of each newer one that is damaged.
  /// - Throws: `CheckpointError.none` or `.noneGood`; for a newer one that another program or another attempt may read,
  ///   what `CheckpointStore.read` throws.
  package func newestGood<Run>(
    opening open: (_ path: String) throws -> Run, passedOver: (String) -> Void = { _ in }
  ) throws -> Run {
    try CheckpointStore.newestGood(in: stores, opening: open) { path, reason in
      damaged.insert(path)
      passedOver(reason)
    }.run
  }

  /// The newest checkpoint that verifies.
  func newestGood(passedOver: (String) -> Void = { _ in }) throws -> (path: String, checkpoint: Checkpoint) {
    try newestGood(opening: { (path: $0, checkpoint: try CheckpointStore.read($0)) }, passedOver: passedOver)
  }

  /// Whether there is a checkpoint, good or not.
  ///
  /// - Throws: `FileError` if a directory cannot be looked into.
  package func holdsRun() throws -> Bool {
    try stores.contains { try !$0.stepNames().isEmpty || !$0.wholeLinks().isEmpty }
  }

  /// Whether the run's checkpoint of where it is is there. What cannot be looked into holds none.
  func holds(_ state: RunState) -> Bool { stores.indices.contains { steps(ofStore: $0, state).contains(state.step) } }

  /// The steps of this run's checkpoints.
  private func steps(ofStore index: Int, _ state: RunState) -> [Int] {
    let store = stores[index]
    return own[index].steps(at: state, lineage, except: superseded[index]) { foreign.append(store.path($0)) }
  }

  /// Says which checkpoints of other runs were found since the last call; nil if none was.
  func takeForeign() -> String? {
    defer { foreign = [] }
    guard let first = foreign.first else { return nil }
    let others = foreign.count > 1 ? " (and \(foreign.count - 1) more)" : ""
    return "\(first)\(others): is not of this run, or is damaged. It is left as it is, and does not count as one of "
      + "the checkpoints that are kept."
  }

  /// - Throws: `CheckpointError.occupied` if there is a checkpoint.
  package func checkUnoccupied() throws { for store in stores { try store.checkUnoccupied() } }

  /// Whether the run can go on here from the checkpoint at `path`, which made `step` steps.
  ///
  /// - Throws: `CheckpointError.occupied` if there is another run, or a part of this run that comes later.
  package func checkResumes(from path: String, step: Int) throws {
    try CheckpointStore.checkResumes(in: stores, from: path, step: step)
  }

  /// Creates the run's own directory if it is missing, and keeps every other run out of both.
  ///
  /// - Parameter notice: is told if it has to wait for a holder on another host, or if there is no lock to be had.
  /// - Throws: `FileError`, also if another process has a lock; `CheckpointError.fallsBackToItself`.
  package func take(notice: (LockNotice) -> Void = { _ in }) throws {
    for (index, store) in stores.enumerated() where index == 0 || WholeFile.exists(store.directory) {
      if index > 0, CheckpointStore.isSameFile(stores[0].directory, store.directory) {
        throw CheckpointError.fallsBackToItself(directory: store.directory)
      }
      locks[index] = try locks[index] ?? store.lock(notice: notice)
    }
  }

  /// Whether `take` would succeed, as far as that can be known without taking anything.
  ///
  /// - Throws: as `take`.
  package func checkTakeable() throws {
    for (index, store) in stores.enumerated() where index == 0 || WholeFile.exists(store.directory) {
      if index > 0, CheckpointStore.isSameFile(stores[0].directory, store.directory) {
        throw CheckpointError.fallsBackToItself(directory: store.directory)
      }
      if let holder = DirectoryLock.holder(of: store.directory) {
        throw FileError(path: store.directory, operation: .lock, reason: "another run is writing to it: \(holder)")
      }
      try WholeFile.checkWritableDirectory(store.directory)
    }
  }

  /// Removes what an interrupted write left, and sets aside what `newestGood` passed over.
  ///
  /// - Parameters:
  ///   - step: where the run starts.
  ///   - overwrite: takes the place of an older run, whose checkpoints are removed once the first one of this run is safe.
  /// - Throws: `FileError`, also if a directory cannot be written to; `CheckpointError.occupied` if somebody who kept to no
  ///   lock wrote later checkpoints since.
  package func prepare(startingAt step: Int, overwrite: Bool) throws {
    for (index, store) in stores.enumerated() where WholeFile.exists(store.directory) {
      // Those that are there when it is prepared again are this run's own.
      superseded[index] = try store.prepare(
        startingAt: step, damaged: damaged, overwrite: overwrite && (!isPrepared || !superseded[index].isEmpty))
    }
    isPrepared = true
  }

  /// Finds the best checkpoint there is, and moves the links to where the run stands, in case it was cut before they were,
  /// or the directory was copied without them.
  ///
  /// - Returns: what a person should know.
  func begin(_ state: RunState) -> [String] {
    // An older run's are as they were until there is a checkpoint of this run.
    for index in stores.indices where superseded[index].isEmpty {
      let best = stores[index].best(among: steps(ofStore: index, state), by: policy, of: state, unfit: &unfit)
      _ = stores[index].moveLinks(latest: state.step, best: best)
    }
    return missingBest(state) + (takeForeign().map { [$0] } ?? [])
  }

  private func retention(_ state: RunState) -> CheckpointRetention {
    CheckpointRetention(policy: policy, state: state, unfit: unfit)
  }

  /// That the best checkpoint is not there, if others are.
  private func missingBest(_ state: RunState) -> [String] {
    let steps = stores.indices.flatMap { self.steps(ofStore: $0, state) }
    guard let metric = policy.keepBest, let best = policy.best(among: state.epochEnds, of: state),
      !steps.isEmpty, !steps.contains(best)
    else { return [] }
    let others = retention(state).best(among: steps).map { " Of those that are, that of step \($0) is." }
    return ["\(policy.directory): the best checkpoint by \(metric), of step \(best), is not there.\(others ?? "")"]
  }

  /// Writes a checkpoint to the first directory that takes it.
  ///
  /// - Parameter state: where the run stands.
  /// - Returns: the checkpoint, and what was wrong with the run's own directory if it did not take it.
  /// - Throws: `FileError` of the run's own directory if none takes it.
  func write(_ bytes: [UInt8], _ state: RunState) throws -> (stored: StoredCheckpoint, fault: String?) {
    var faults: [FileError] = []
    for index in stores.indices {
      do {
        let stored = try write(bytes, toStore: index, state)
        removeSuperseded(except: state.step, in: index)
        return (stored, faults.first.map { "\($0)" })
      } catch let error as FileError {
        faults.append(error)
      }
    }
    throw faults[0]
  }

  private func write(_ bytes: [UInt8], toStore index: Int, _ state: RunState) throws -> StoredCheckpoint {
    let store = stores[index]
    // A directory that vanished is made anew, and locked anew.
    if locks[index].map({ !$0.isInPlace }) ?? true {
      locks[index] = nil
      locks[index] = try store.lock()
    }
    let steps = steps(ofStore: index, state)
    // What has the name of this one is set aside, and told so.
    let path = store.path(CheckpointStore.name(step: state.step))
    foreign.removeAll { $0 == path }
    let stored = try store.write(
      bytes, step: state.step, retention: retention(state), own: steps, superseded: superseded[index])
    own[index].note(written: state.step)
    return stored
  }

  /// Removes what is left of an older run. What a directory does not let go now is tried again.
  private func removeSuperseded(except step: Int, in written: Int) {
    superseded[written].remove(CheckpointStore.name(step: step))
    for (index, store) in stores.enumerated() {
      if index != written { store.removeRun(superseded[index]) }
      superseded[index] = superseded[index].filter {
        WholeFile.exists(store.path($0)) && !CheckpointStore.linkNames.contains($0)
      }
    }
  }
}
