import DurableFiles
import Glibc
import NeuralNetwork
import Training

/// Which checkpoints a run writes, and which of them it keeps.
public struct CheckpointPolicy: Sendable, Equatable {
  public var directory: String
  /// A checkpoint after every so many epochs.
  public var everyEpochs: Int
  /// A checkpoint after every so many steps, too; nil for none.
  public var everySteps: Int?
  /// How many of the newest are kept.
  public var keepLast: Int
  /// The metric by which the best one is kept too: `val_accuracy`; nil for none.
  public var keepBest: String?

  public init(
    directory: String, everyEpochs: Int = 1, everySteps: Int? = nil, keepLast: Int = 3,
    keepBest: String? = "val_accuracy"
  ) {
    precondition(everyEpochs > 0 && keepLast > 0, "checkpoints every \(everyEpochs) epochs, the last \(keepLast) kept")
    self.directory = directory
    self.everyEpochs = everyEpochs
    self.everySteps = everySteps
    self.keepLast = keepLast
    self.keepBest = keepBest
  }
}

/// The checkpoints of one run in their directory.
///
/// Files are called by their step, `step-00000300.weights.h5`. `latest.weights.h5` and `best.weights.h5` are links to
/// two of them.
public struct CheckpointStore: Sendable {
  public static let suffix = ".weights.h5"
  static let latestName = "latest\(suffix)"
  static let bestName = "best\(suffix)"
  private static let prefix = "step-"
  /// What is appended to the names of files that are set aside.
  private static let damagedSuffix = ".damaged"

  public let directory: String

  public init(directory: String) { self.directory = directory }

  /// The file of a step.
  static func name(step: Int) -> String {
    let digits = String(step)
    return prefix + String(repeating: "0", count: max(8 - digits.count, 0)) + digits + suffix
  }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// The checkpoint files there are, oldest first; none if the directory is not there.
  ///
  /// - Throws: `FileError` if the directory is there, but cannot be looked into.
  public func fileNames() throws -> [String] {
    try entries().compactMap { name in Self.step(ofName: name).map { (step: $0, name: name) } }
      .sorted { $0.step < $1.step }.map(\.name)
  }

  private static func step(ofName name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    return Int(name.dropFirst(prefix.count).dropLast(suffix.count))
  }

  private func entries() throws -> [String] {
    guard let stream = opendir(directory) else {
      guard errno == ENOENT || errno == ENOTDIR else { throw FileError(path: directory, operation: .read) }
      return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  // MARK: - Reading

  /// Reads and verifies one checkpoint file.
  ///
  /// - Throws: `FileError`, `CheckpointError` or `HDF5Error` with the path and what is wrong.
  public static func read(_ path: String) throws -> Checkpoint {
    try CheckpointReader(try WholeFile.read(path), path: path).read()
  }

  /// The newest checkpoint that verifies.
  ///
  /// - Parameter passedOver: is told of each newer one that does not.
  /// - Throws: `CheckpointError.none` or `.noneGood`.
  public func newestGood(passedOver: (String) -> Void = { _ in }) throws -> (path: String, checkpoint: Checkpoint) {
    let names = try fileNames()
    guard !names.isEmpty else { throw CheckpointError.none(directory: directory) }
    var reasons: [String] = []
    for name in names.reversed() {
      do {
        let found = (path: path(name), checkpoint: try Self.read(path(name)))
        reasons.forEach(passedOver)
        return found
      } catch {
        reasons.append("\(error)")
      }
    }
    throw CheckpointError.noneGood(directory: directory, reasons: reasons)
  }

  // MARK: - Writing

  /// - Throws: `CheckpointError.occupied` if the directory holds a run.
  public func checkUnoccupied() throws {
    if let newest = try fileNames().last { throw CheckpointError.occupied(directory: directory, newest: newest) }
  }

  /// Whether a run can go on here from the checkpoint at `path`, which made `step` steps.
  ///
  /// - Throws: `CheckpointError.occupied` if the directory holds another run, or a part of this run that comes later.
  public func checkResumes(from path: String, step: Int) throws {
    guard let newest = try fileNames().last else { return }
    let isOwn = try fileNames().contains { Self.isSameFile(self.path($0), path) }
    guard isOwn, Self.step(ofName: newest).map({ $0 <= step }) ?? false else {
      throw CheckpointError.occupied(directory: directory, newest: newest)
    }
  }

  private static func isSameFile(_ left: String, _ right: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(left, &first) == 0 && stat(right, &second) == 0 && first.st_ino == second.st_ino
      && first.st_dev == second.st_dev
  }

  /// Creates the directory if it is missing, and keeps every other run out of it.
  ///
  /// - Throws: `FileError`, also if another process has the lock.
  public func lock() throws -> DirectoryLock {
    try WholeFile.createDirectory(directory)
    return try DirectoryLock(directory)
  }

  /// Removes what an interrupted write left, and what this run shall not stand beside.
  ///
  /// - Parameters:
  ///   - step: where the run starts. Checkpoints of later steps could not be read, or this run would stand there; they
  ///     are set aside.
  ///   - overwrite: removes the checkpoints of an older run, too.
  /// - Throws: `FileError`.
  public func prepare(startingAt step: Int, overwrite: Bool) throws {
    if overwrite { for name in try fileNames() + [Self.latestName, Self.bestName] { unlink(path(name)) } }
    for name in try fileNames() where Self.step(ofName: name).map({ $0 > step }) ?? false {
      if linkTarget(Self.bestName) == name { unlink(path(Self.bestName)) }
      rename(path(name), path(name + Self.damagedSuffix))
    }
    for name in try entries() where name.contains(Self.suffix) && name.hasSuffix(WholeFile.partialSuffix) {
      unlink(path(name))
    }
  }

  /// Writes a checkpoint to any file.
  ///
  /// - Throws: `FileError` or `HDF5Error`; what stood at `path` still does then.
  public static func write(
    _ checkpoint: Checkpoint, to path: String, network: Network, training: TrainingConfiguration
  ) throws {
    let writer = CheckpointWriter(checkpoint: checkpoint, network: network, training: training)
    try WholeFile.write(writer.bytes(path: path), to: path)
  }

  /// Writes a checkpoint, moves the links, and only then removes what is no longer kept.
  ///
  /// - Parameter isBest: whether `best` shall be this one.
  /// - Returns: the path of the file.
  @discardableResult
  public func write(
    _ checkpoint: Checkpoint, network: Network, training: TrainingConfiguration, keepLast: Int, isBest: Bool
  ) throws -> String {
    let name = Self.name(step: checkpoint.snapshot.state.step)
    try Self.write(checkpoint, to: path(name), network: network, training: training)
    try moveLinks(step: checkpoint.snapshot.state.step, isBest: isBest)
    try removeOld(keepLast: keepLast)
    return path(name)
  }

  /// Moves `latest`, and `best` if it is that, to the checkpoint of a step; nothing happens if that is not there.
  func moveLinks(step: Int, isBest: Bool) throws {
    let name = Self.name(step: step)
    guard WholeFile.exists(path(name)) else { return }
    for link in [Self.latestName] + (isBest ? [Self.bestName] : []) where linkTarget(link) != name {
      try WholeFile.link(path(link), to: name)
    }
  }

  private func removeOld(keepLast: Int) throws {
    let best = linkTarget(Self.bestName)
    for name in try fileNames().dropLast(keepLast) where name != best { unlink(path(name)) }
  }

  /// The name that a link of the directory points to.
  func linkTarget(_ name: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink(path(name), start, buffer.count)
      return count > 0 ? String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self) : nil
    }
  }
}
