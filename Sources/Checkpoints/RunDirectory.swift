import DurableFiles
import Glibc

/// The directories that a run writes its checkpoints to: its own, and one to fall back to if that one fails.
public final class RunDirectory: @unchecked Sendable {
  // Sendable: the run's thread uses it before its first checkpoint, and then `BackgroundTask` for one write at a time.
  private let stores: [CheckpointStore]
  private let keepLast: Int
  private var locks: [DirectoryLock?]
  /// The paths of checkpoints that were passed over.
  private var damaged: Set<String> = []

  public init(_ policy: CheckpointPolicy) {
    stores = [policy.directory, policy.fallbackDirectory].compactMap { $0.map(CheckpointStore.init) }
    keepLast = policy.keepLast
    locks = stores.map { _ in nil }
  }

  /// Whether there is anything to take; the run's own directory may be missing while the other is there.
  public var exists: Bool { stores.contains { WholeFile.exists($0.directory) } }

  /// Whether every other run is kept out of the run's own directory.
  public var isTaken: Bool { locks[0] != nil }

  /// The newest checkpoint that can be opened.
  ///
  /// - Parameters:
  ///   - open: reads and verifies a file.
  ///   - passedOver: is told of each newer one that is damaged.
  /// - Throws: `CheckpointError.none` or `.noneGood`; for a newer one that another program or another attempt may read,
  ///   what `CheckpointStore.read` throws.
  public func newestGood<Run>(
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
  public func holdsRun() throws -> Bool { try stores.contains { try !$0.fileNames().isEmpty } }

  /// Whether there is a checkpoint of a step. What cannot be looked into holds none.
  func holds(step: Int) -> Bool { stores.contains { WholeFile.exists($0.path(CheckpointStore.name(step: step))) } }

  /// - Throws: `CheckpointError.occupied` if there is a checkpoint.
  public func checkUnoccupied() throws { for store in stores { try store.checkUnoccupied() } }

  /// Whether the run can go on here from the checkpoint at `path`, which made `step` steps.
  ///
  /// - Throws: `CheckpointError.occupied` if there is another run, or a part of this run that comes later.
  public func checkResumes(from path: String, step: Int) throws {
    try CheckpointStore.checkResumes(in: stores, from: path, step: step)
  }

  /// Creates the run's own directory if it is missing, and keeps every other run out of both.
  ///
  /// - Parameter notice: is told if it has to wait for a holder on another host, or if there is no lock to be had.
  /// - Throws: `FileError`, also if another process has a lock; `CheckpointError.fallsBackToItself`.
  public func take(notice: (LockNotice) -> Void = { _ in }) throws {
    for (index, store) in stores.enumerated() where index == 0 || WholeFile.exists(store.directory) {
      if index > 0, CheckpointStore.isSameFile(stores[0].directory, store.directory) {
        throw CheckpointError.fallsBackToItself(directory: store.directory)
      }
      locks[index] = try locks[index] ?? store.lock(notice: notice)
    }
  }

  /// Removes what an interrupted write left, and sets aside what `newestGood` passed over.
  ///
  /// - Parameters:
  ///   - step: where the run starts.
  ///   - overwrite: removes the checkpoints of an older run, too.
  /// - Throws: `FileError`, also if a directory cannot be written to; `CheckpointError.occupied` if somebody who kept to no
  ///   lock wrote later checkpoints since.
  public func prepare(startingAt step: Int, overwrite: Bool) throws {
    for store in stores where WholeFile.exists(store.directory) {
      try store.prepare(startingAt: step, damaged: damaged, overwrite: overwrite)
    }
  }

  /// Moves the links to the checkpoint of a step, in case the run was cut between it and them. A disk that does not take
  /// them is no reason not to go on: the next checkpoint moves them anyway.
  func moveLinks(step: Int, isBest: Bool) { for store in stores { try? store.moveLinks(step: step, isBest: isBest) } }

  /// Writes a checkpoint to the first directory that takes it.
  ///
  /// - Parameter isBest: whether `best` shall be this one.
  /// - Returns: the path of the file, and what was wrong with the run's own directory if it did not take it.
  /// - Throws: `FileError` of the run's own directory if none takes it.
  func write(_ bytes: [UInt8], step: Int, isBest: Bool) throws -> (path: String, fault: String?) {
    var faults: [FileError] = []
    for index in stores.indices {
      do {
        let path = try write(bytes, toStore: index, step: step, isBest: isBest)
        return (path, faults.first.map { "\($0)" })
      } catch let error as FileError {
        faults.append(error)
      }
    }
    throw faults[0]
  }

  private func write(_ bytes: [UInt8], toStore index: Int, step: Int, isBest: Bool) throws -> String {
    let store = stores[index]
    // A directory that vanished is made anew, and locked anew.
    if locks[index].map({ !$0.isInPlace }) ?? true {
      locks[index] = nil
      locks[index] = try store.lock()
    }
    return try store.write(bytes, step: step, keepLast: keepLast, isBest: isBest)
  }
}
