import DurableFiles
import HDF5Reading
import RunConfiguration
import Training

extension CheckpointStore {
  /// Reads and verifies a checkpoint file, and checks its contents against the model of its configuration.
  ///
  /// - Throws: `FileError`, `CheckpointError` or `HDF5Error` with the path and what is wrong.
  package static func read(_ path: String) throws -> Checkpoint { try CheckpointReader(path: path).read() }

  /// Verifies that every byte is as written, and that a run could resume from it.
  ///
  /// - Throws: as `read`.
  package static func verify(_ path: String) throws -> VerifiedFile {
    let reader = try CheckpointReader(path: path)
    return VerifiedFile(
      bytes: reader.byteCount, digest: reader.digest, step: try reader.read().snapshot.state.step)
  }

  /// The newest checkpoint that verifies.
  ///
  /// - Parameter passedOver: called with the error of each newer one that is corrupt.
  /// - Throws: `CheckpointError.none` or `.noneGood`; for a newer one that another program or another attempt may be
  ///   able to read, the error of `read`.
  package func newestGood(passedOver: (String) -> Void = { _ in }) throws -> Checkpoint {
    try Self.newestGood(in: [self]) { _, reason in passedOver(reason) }
  }

  /// The newest checkpoint that verifies in several directories; of equal ones, that of the first directory.
  static func newestGood(
    in stores: [CheckpointStore], passedOver: (_ path: String, _ reason: String) -> Void
  ) throws -> Checkpoint {
    let directory = stores[0].directory
    var damaged: [(path: String, reason: String)] = []
    var files: [(step: Int, path: String)] = []
    for store in stores.reversed() {
      // Link names do not contain steps.
      for path in store.wholeLinks().map(store.path) {
        do { files.append((try read(path).snapshot.state.step, path)) } catch  where isDamage(error) {
          damaged.append((path, "\(error)"))
        }
      }
      files += try store.stepNames().map { (step(ofName: $0) ?? 0, store.path($0)) }
    }
    guard !files.isEmpty || !damaged.isEmpty else { throw CheckpointError.none(directory: directory) }
    for file in files.sorted(by: { $0.step < $1.step }).reversed() {
      do {
        let found = try read(file.path)
        for file in damaged { passedOver(file.path, file.reason) }
        return found
      } catch let error where isDamage(error) {
        damaged.append((file.path, "\(error)"))
      }
    }
    throw CheckpointError.noneGood(directory: directory, reasons: damaged.map(\.reason))
  }

  /// The paths of the checkpoints by step, including those that a copy left only under the names of links.
  package func filesByStep() -> [Int: String] {
    var files: [Int: String] = [:]
    for path in wholeLinks().map(path) {
      if let step = try? Self.read(path).snapshot.state.step { files[step] = path }
    }
    for step in steps() { files[step] = path(Self.name(step: step)) }
    return files
  }

  /// The best of some checkpoints; those whose files do not match the history are excluded and recorded.
  func best(among steps: [Int], by policy: CheckpointPolicy, of state: RunState, unfit: inout Set<Int>) -> Int? {
    while true {
      let retention = CheckpointRetention(policy: policy, state: state, unfit: unfit)
      guard let best = retention.best(among: steps) else { return nil }
      if isFit(best, state) { return best }
      unfit.insert(best)
    }
  }

  /// Whether the file of a step matches the history of its run: the end of that epoch, with its own weights. True for a
  /// file that cannot be read now.
  func isFit(_ step: Int, _ state: RunState) -> Bool {
    do {
      let own = try Self.read(path(Self.name(step: step))).snapshot.state
      return own.step == step && own.stepInEpoch == 0 && own.epoch == state.epoch(endingAt: step)
        && own.restoredEpoch == nil
    } catch {
      return !Self.isDamage(error)
    }
  }

  /// Whether an error is permanent, so that the file is corrupt. A disk error, missing permissions or a newer format do
  /// not mean that.
  static func isDamage(_ error: any Error) -> Bool {
    switch error {
    case CheckpointError.foreign, CheckpointError.truncated, CheckpointError.digestMismatch,
      CheckpointError.corruptHeader, CheckpointError.malformed:
      true
    case let error as HDF5Error:
      switch error.problem {
      case .unsupported, .tooLarge: false
      default: true
      }
    default: false
    }
  }
}
