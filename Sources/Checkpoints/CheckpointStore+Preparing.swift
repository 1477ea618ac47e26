import DurableFiles
import Glibc

extension CheckpointStore {
  /// What is appended to the names of files that are set aside.
  private static let damagedSuffix = ".damaged"

  /// Removes what an interrupted write left, sets aside what is damaged, and gives checkpoints that a copy left under the
  /// names of links their own names.
  ///
  /// - Parameters:
  ///   - step: where the run starts.
  ///   - damaged: the paths of checkpoints that were passed over; they are set aside.
  ///   - overwrite: whether this run takes the place of an older one.
  /// - Returns: the names of the older run's checkpoints, to be removed once there is one of this run; none without
  ///   `overwrite`.
  /// - Throws: `FileError`; `CheckpointError.occupied` if a later checkpoint is there that nobody found damaged.
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
    WholeFile.removeLeftovers(in: directory)
    return overwrite ? Set(steps().map(Self.name) + wholeLinks()) : []
  }

  /// Whether a name is that of a file that an earlier version of this program was writing.
  private static func isPartial(_ name: String) -> Bool {
    guard name.hasSuffix(".partial"), let end = name.firstRange(of: suffix)?.upperBound else { return false }
    return linkNames.contains(String(name[..<end])) || step(ofName: String(name[..<end])) != nil
  }

  /// Gives a checkpoint that stands in the place of a link the name of its step, or removes it if it is a copy of that
  /// one. What is neither stays.
  private func adopt(_ name: String) {
    guard let step = try? Self.read(path(name)).snapshot.state.step else { return }
    let own = path(Self.name(step: step))
    if !WholeFile.exists(own) {
      rename(path(name), own)
    } else if let bytes = try? WholeFile.read(own), bytes == (try? WholeFile.read(path(name))) {
      unlink(path(name))
    }
  }

  /// Makes room for a checkpoint: what is called as it is, and is no checkpoint of the run, is not ours to replace. A link
  /// is: what it leads to stays.
  ///
  /// - Parameter isOwn: whether a checkpoint of this name may be replaced.
  /// - Returns: what was done, for a person; nil if there was nothing to do.
  func setAsideIfForeign(_ name: String, isOwn: Bool) throws -> String? {
    var status = stat()
    guard lstat(path(name), &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { return nil }
    let isCheckpoint = content(name) == .checkpoint
    guard !isCheckpoint || !isOwn else { return nil }
    let what = isCheckpoint ? "no checkpoint of this run" : "no checkpoint"
    return "\(path(name)): is \(what), and is called \(try setAside(name)) now."
  }

  /// Gives a file a name that is no checkpoint's, and that no file set aside before has.
  ///
  /// - Returns: the name.
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
