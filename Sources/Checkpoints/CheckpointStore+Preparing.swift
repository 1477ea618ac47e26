import DurableFiles
import Glibc

extension CheckpointStore {
  /// What is appended to the names of files that are set aside.
  private static let damagedSuffix = ".damaged"

  /// Removes what an interrupted write left, and what this run shall not stand beside.
  ///
  /// - Parameters:
  ///   - step: where the run starts.
  ///   - damaged: the paths of checkpoints that were passed over; they are set aside.
  ///   - overwrite: removes the checkpoints of an older run, too.
  /// - Throws: `FileError`; `CheckpointError.occupied` if a later checkpoint is there that nobody found damaged.
  public func prepare(startingAt step: Int, damaged: Set<String> = [], overwrite: Bool) throws {
    if overwrite { for name in try [Self.latestName, Self.bestName] + fileNames() { try remove(name) } }
    for name in try fileNames() where damaged.contains(path(name)) {
      if linkTarget(Self.bestName) == name { try remove(Self.bestName) }
      try setAside(name)
    }
    if let newest = try fileNames().last, Self.step(ofName: newest).map({ $0 > step }) ?? false {
      throw CheckpointError.occupied(directory: directory, newest: newest)
    }
    for name in try entries() where name.contains(Self.suffix) && name.hasSuffix(WholeFile.partialSuffix) {
      try remove(name)
    }
  }

  private func remove(_ name: String) throws {
    guard unlink(path(name)) == 0 || errno == ENOENT else { throw FileError(path: path(name), operation: .remove) }
  }

  /// Gives a file a name that is no checkpoint's, and that no file set aside before has.
  private func setAside(_ name: String) throws {
    let names = Set(try entries())
    let free = (1...).lazy.map { $0 == 1 ? "\(name)\(Self.damagedSuffix)" : "\(name).\($0)\(Self.damagedSuffix)" }
      .first { !names.contains($0) }
    guard let free, rename(path(name), path(free)) == 0 else {
      throw FileError(path: path(name), operation: .setAside)
    }
  }
}
