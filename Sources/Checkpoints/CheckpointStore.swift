import DurableFiles
import Glibc
import HDF5Reading
import NeuralNetwork
import Training

/// A checkpoint file whose bytes are as they were written.
public struct VerifiedFile: Sendable, Equatable {
  public let bytes: Int
  /// SHA-256 of all behind the user block, in hexadecimal.
  public let digest: String
  public let step: Int
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

  static func step(ofName name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    return Int(name.dropFirst(prefix.count).dropLast(suffix.count))
  }

  /// All names in the directory.
  func entries() throws -> [String] {
    guard let stream = opendir(directory) else {
      guard errno == ENOENT || errno == ENOTDIR else { throw FileError(path: directory, operation: .read) }
      return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    // Only errno tells the end from a disk that fails: half of the names would be another run.
    errno = 0
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
      errno = 0
    }
    guard errno == 0 else { throw FileError(path: directory, operation: .read) }
    return names
  }

  // MARK: - Reading

  /// Reads and verifies one checkpoint file.
  ///
  /// - Throws: `FileError`, `CheckpointError` or `HDF5Error` with the path and what is wrong.
  public static func read(_ path: String) throws -> Checkpoint {
    try CheckpointReader(try WholeFile.read(path), path: path).read()
  }

  /// Checks that every byte is as it was written, and that a run could go on from it.
  ///
  /// - Throws: as `read`.
  public static func verify(_ path: String) throws -> VerifiedFile {
    let bytes = try WholeFile.read(path)
    let reader = try CheckpointReader(bytes, path: path)
    return VerifiedFile(bytes: bytes.count, digest: reader.digest, step: try reader.read().snapshot.state.step)
  }

  /// The newest checkpoint that verifies.
  ///
  /// - Parameter passedOver: is told of each newer one that is damaged.
  /// - Throws: `CheckpointError.none` or `.noneGood`; for a newer one that another program or another attempt may read,
  ///   what `read` throws.
  public func newestGood(passedOver: (String) -> Void = { _ in }) throws -> (path: String, checkpoint: Checkpoint) {
    let newest = try Self.newestGood(in: [self], opening: Self.read) { _, reason in passedOver(reason) }
    return (newest.path, newest.run)
  }

  /// The newest checkpoint that can be opened, of several directories; of equal ones, that of the first directory.
  ///
  /// - Parameter open: reads and verifies a file.
  static func newestGood<Run>(
    in stores: [CheckpointStore], opening open: (_ path: String) throws -> Run,
    passedOver: (_ path: String, _ reason: String) -> Void
  ) throws -> (path: String, run: Run) {
    let directory = stores[0].directory
    let files = try stores.reversed().flatMap { store in
      try store.fileNames().map { (step: step(ofName: $0) ?? 0, path: store.path($0)) }
    }
    guard !files.isEmpty else { throw CheckpointError.none(directory: directory) }
    var damaged: [(path: String, reason: String)] = []
    for file in files.sorted(by: { $0.step < $1.step }).reversed() {
      do {
        let found = (path: file.path, run: try open(file.path))
        for file in damaged { passedOver(file.path, file.reason) }
        return found
      } catch let error where Self.isDamage(error) {
        damaged.append((file.path, "\(error)"))
      }
    }
    throw CheckpointError.noneGood(directory: directory, reasons: damaged.map(\.reason))
  }

  /// Whether a file that could not be read never will be. A disk that fails, a right that is missing or a format that is
  /// newer says nothing against the file.
  private static func isDamage(_ error: any Error) -> Bool {
    switch error {
    case CheckpointError.foreign, CheckpointError.truncated, CheckpointError.digestMismatch, CheckpointError.malformed:
      true
    case let error as HDF5Error:
      switch error.problem {
      case .unsupported, .tooLarge: false
      default: true
      }
    default: false
    }
  }

  // MARK: - Writing

  /// - Throws: `CheckpointError.occupied` if the directory holds a run.
  public func checkUnoccupied() throws {
    if let newest = try fileNames().last { throw CheckpointError.occupied(directory: directory, newest: newest) }
  }

  /// Whether a run can go on in some directories from the checkpoint at `path`, which made `step` steps.
  ///
  /// - Throws: `CheckpointError.occupied` if one holds another run, or a part of this run that comes later.
  static func checkResumes(in stores: [CheckpointStore], from path: String, step: Int) throws {
    let isOwn = try stores.contains { store in
      try store.fileNames().contains { isSameFile(store.path($0), path) }
    }
    for store in stores {
      guard let newest = try store.fileNames().last else { continue }
      guard isOwn, Self.step(ofName: newest).map({ $0 <= step }) ?? false else {
        throw CheckpointError.occupied(directory: store.directory, newest: newest)
      }
    }
  }

  public func checkResumes(from path: String, step: Int) throws {
    try Self.checkResumes(in: [self], from: path, step: step)
  }

  static func isSameFile(_ left: String, _ right: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(left, &first) == 0 && stat(right, &second) == 0 && first.st_ino == second.st_ino
      && first.st_dev == second.st_dev
  }

  /// Creates the directory if it is missing, and keeps every other run out of it.
  ///
  /// - Parameter notice: is told if it has to wait for a holder on another host, or if there is no lock to be had.
  /// - Throws: `FileError`, also if another process has the lock.
  public func lock(notice: (LockNotice) -> Void = { _ in }) throws -> DirectoryLock {
    try WholeFile.createDirectory(directory)
    return try DirectoryLock(directory, notice: notice)
  }

  /// Writes a checkpoint to any file.
  ///
  /// - Throws: `FileError` or `HDF5WritingError`; what stood at `path` still does then.
  public static func write(
    _ checkpoint: Checkpoint, to path: String, network: Network, training: TrainingConfiguration
  ) throws {
    let writer = CheckpointWriter(checkpoint: checkpoint, network: network, training: training)
    try WholeFile.write(writer.bytes(path: path), to: path)
  }

  /// Writes the bytes of a checkpoint, moves the links, and only then removes what is no longer kept.
  ///
  /// - Parameter isBest: whether `best` shall be this one.
  /// - Returns: the path of the file.
  /// - Throws: `FileError`; nothing is removed then.
  package func write(_ bytes: [UInt8], step: Int, keepLast: Int, isBest: Bool) throws -> String {
    let name = Self.name(step: step)
    try WholeFile.write(bytes, to: path(name))
    try moveLinks(step: step, isBest: isBest)
    removeOld(keepLast: keepLast)
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

  /// What cannot be removed stays, and the next write tries again.
  private func removeOld(keepLast: Int) {
    let best = linkTarget(Self.bestName)
    for name in ((try? fileNames()) ?? []).dropLast(keepLast) where name != best { unlink(path(name)) }
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
