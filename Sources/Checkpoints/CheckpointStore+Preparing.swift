import DurableFiles
import Glibc

extension CheckpointStore {
  /// The suffix of files that are set aside.
  private static let damagedSuffix = ".damaged"

  /// Removes the remains of interrupted writes, sets aside corrupt files, and renames checkpoints that a copy left
  /// under the names of links.
  ///
  /// - Parameters:
  ///   - step: the step at which the run starts.
  ///   - damaged: the paths of checkpoints that were skipped; they are set aside.
  ///   - overwrite: whether this run replaces an older one.
  /// - Returns: the names of the older run's checkpoints, to be removed once there is one of this run; empty without
  ///   `overwrite`.
  /// - Throws: `FileError`; `CheckpointError.occupied` if there is a later checkpoint that was not found corrupt.
  @discardableResult
  package func prepare(startingAt step: Int, damaged: Set<String> = [], overwrite: Bool) throws -> Set<String> {
    for name in try stepNames() + wholeLinks() where damaged.contains(path(name)) { try setAside(name) }
    if !overwrite {
      for name in wholeLinks() { adopt(name) }
      if let newest = try fileNames().last, Self.step(ofName: newest).map({ $0 > step }) ?? false {
        throw CheckpointError.occupied(directory: directory, newest: newest)
      }
    }
    for name in try entries() where Self.isPartial(name) {
      guard unlink(path(name)) == 0 || errno == ENOENT else { throw FileError(path: path(name), operation: .remove) }
    }
    AtomicFile.removeLeftovers(in: directory)
    return overwrite ? Set(steps().map(Self.name) + wholeLinks()) : []
  }

  /// Whether a name is that of a partial file of an earlier version of this program.
  private static func isPartial(_ name: String) -> Bool {
    guard name.hasSuffix(".partial"), let end = name.firstRange(of: suffix)?.upperBound else { return false }
    return linkNames.contains(String(name[..<end])) || step(ofName: String(name[..<end])) != nil
  }

  /// Renames a checkpoint file under the name of a link to the name of its step, or removes it if it is a copy of that
  /// one. Any other file stays.
  private func adopt(_ name: String) {
    guard let step = try? Self.read(path(name)).snapshot.state.step else { return }
    let own = path(Self.name(step: step))
    if !AtomicFile.exists(own) {
      rename(path(name), own)
    } else if let bytes = try? AtomicFile.read(own), bytes == (try? AtomicFile.read(path(name))) {
      unlink(path(name))
    }
  }

  /// Frees the name of a checkpoint: a file with that name that is not a checkpoint of the run is set aside. A link is
  /// replaced; its target stays.
  ///
  /// - Parameter isOwn: whether a checkpoint of this name may be replaced.
  /// - Returns: a message about what was done; nil if nothing was.
  func setAsideIfForeign(_ name: String, isOwn: Bool) throws -> String? {
    var status = stat()
    guard lstat(path(name), &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { return nil }
    let isCheckpoint = content(name) == .checkpoint
    guard !isCheckpoint || !isOwn else { return nil }
    let what = isCheckpoint ? "not a checkpoint of this run" : "not a checkpoint"
    return "\(path(name)): is \(what), and was renamed to \(try setAside(name))."
  }

  /// Renames a file to a unique name that is not a checkpoint's.
  ///
  /// - Returns: the new name.
  @discardableResult
  private func setAside(_ name: String) throws -> String {
    let names = Set(try entries())
    let free = (1...).lazy.map { $0 == 1 ? "\(name)\(Self.damagedSuffix)" : "\(name).\($0)\(Self.damagedSuffix)" }
      .first { !names.contains($0) }
    guard let free, rename(path(name), path(free)) == 0 else {
      throw FileError(path: path(name), operation: .setAside)
    }
    return free
  }
}
