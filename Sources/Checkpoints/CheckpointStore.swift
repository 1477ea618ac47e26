import DurableFiles
import Glibc

/// The checkpoint directory of one run.
///
/// Files are named by their step, `step-00000300.weights.h5`. `latest.weights.h5` and `best.weights.h5` are links to
/// two of them, for users and other programs: nothing here depends on them. A file with another name, or one that does
/// not start like a checkpoint, is not a checkpoint, and is never deleted.
package struct CheckpointStore: Sendable {
  package static let suffix = ".weights.h5"
  package static let latestName = "latest\(suffix)"
  package static let bestName = "best\(suffix)"
  package static let linkNames = [latestName, bestName]
  static let prefix = "step-"

  package let directory: String

  package init(directory: String) { self.directory = directory }

  // MARK: - Names

  /// The file name of a step.
  static func name(step: Int) -> String {
    let digits = String(step)
    return prefix + String(repeating: "0", count: max(8 - digits.count, 0)) + digits + suffix
  }

  /// The step of a file name; nil if it is not the name of a step.
  static func step(ofName name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix),
      let step = Int(name.dropFirst(prefix.count).dropLast(suffix.count)), step >= 0, name == self.name(step: step)
    else { return nil }
    return step
  }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// All names in the directory; empty if it does not exist.
  func entries() throws -> [String] { try AtomicFile.names(in: directory) }

  /// The names of the form of a step, oldest first, whatever the files contain.
  func stepNames() throws -> [String] {
    try entries().compactMap { name in Self.step(ofName: name).map { (step: $0, name: name) } }
      .sorted { $0.step < $1.step }.map(\.name)
  }

  /// The checkpoint files, oldest first; empty if the directory does not exist.
  ///
  /// - Throws: `FileError` if the directory exists but cannot be read.
  package func fileNames() throws -> [String] { try stepNames().filter { content($0) != .foreign } }

  /// The steps of the checkpoint files.
  func steps() -> [Int] {
    ((try? stepNames()) ?? []).filter { content($0) == .checkpoint }.compactMap(Self.step)
  }

  /// The checkpoints under the names of links: files into which a copy of the directory turned them.
  func wholeLinks() -> [String] { Self.linkNames.filter { place(ofLink: $0) == .file && content($0) == .checkpoint } }

  // MARK: - Kinds of files

  enum Content {
    /// It starts like a checkpoint, good or not.
    case checkpoint
    case foreign
    /// It cannot be read.
    case unknown
  }

  func content(_ name: String) -> Content { Self.content(ofFile: path(name)) }

  private static func content(ofFile path: String) -> Content {
    // Without O_NONBLOCK, opening a pipe blocks until it has a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .unknown }
    defer { close(descriptor) }
    var (status, start) = (stat(), [UInt8](repeating: 0, count: UserBlock.titleCount))
    guard fstat(descriptor, &status) == 0 else { return .unknown }
    guard status.st_mode & S_IFMT == S_IFREG else { return .foreign }
    let count = pread(descriptor, &start, start.count, 0)
    guard count >= 0 else { return .unknown }
    return UserBlock.isTitle(start[..<count]) ? .checkpoint : .foreign
  }

  /// Whether a file, or the target of a link, starts like a checkpoint, good or not.
  package static func isCheckpoint(_ path: String) -> Bool { content(ofFile: path) == .checkpoint }

  package static func isSameFile(_ left: String, _ right: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(left, &first) == 0 && stat(right, &second) == 0 && first.st_ino == second.st_ino
      && first.st_dev == second.st_dev
  }

  /// - Throws: `CheckpointError.occupied` if the directory holds a run.
  package func checkUnoccupied() throws {
    if let newest = try fileNames().last ?? wholeLinks().first {
      throw CheckpointError.occupied(directory: directory, newest: newest)
    }
  }

  /// Checks whether a run can resume in the directories from the checkpoint at `path`, which is at `step`.
  ///
  /// - Throws: `CheckpointError.occupied` if one holds another run, or later checkpoints of this run.
  static func checkResumes(in stores: [CheckpointStore], from path: String, step: Int) throws {
    let isOwn = try stores.contains { store in
      try (store.fileNames() + store.wholeLinks()).contains { isSameFile(store.path($0), path) }
    }
    for store in stores {
      guard let newest = try store.fileNames().last else { continue }
      guard isOwn, Self.step(ofName: newest).map({ $0 <= step }) ?? false else {
        throw CheckpointError.occupied(directory: store.directory, newest: newest)
      }
    }
  }

  package func checkResumes(from path: String, step: Int) throws {
    try Self.checkResumes(in: [self], from: path, step: step)
  }

  /// Creates the directory if it is missing, and locks it.
  ///
  /// - Parameter notice: called if it has to wait for a holder on another host, or if locks are not available.
  /// - Throws: `FileError`, also if another process holds the lock.
  package func lock(notice: (LockNotice) -> Void = { _ in }) throws -> DirectoryLock {
    try AtomicFile.createDirectory(directory)
    return try DirectoryLock(directory, notice: notice)
  }
}
