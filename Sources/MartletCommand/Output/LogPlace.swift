import DurableFiles
import Martlet

/// Checks that the path given for a log is new, empty, or such a log; any other file is left unchanged.
enum LogPlace {
  /// A kind of log: the raw value is the start of its first line.
  enum Kind: String {
    case events = "{\"time\":"
    case steps = "step,epoch,loss"
    case epochs = "epoch,"

    fileprivate var name: String {
      switch self {
      case .events: "an event log (--log-file)"
      case .steps: "a step log"
      case .epochs: "an epoch log"
      }
    }
  }

  /// - Parameter option: the option that names the file.
  /// - Throws: `ForeignLog` if the path is a directory, or a file that is not such a log. Read errors are left to the
  ///   writer.
  static func check(_ path: String, _ kind: Kind, option: String? = nil) throws {
    let place = option.map { "\($0) \(path)" } ?? path
    guard !AtomicFile.isDirectory(path) else { throw ForeignLog(path: place, reason: "it is a directory") }
    // A power cut may leave zero bytes, or part of the line.
    let bytes = (AtomicFile.start(of: path, count: 512) ?? []).drop { $0 == 0 }
    let start = bytes.prefix(kind.rawValue.utf8.count)
    guard !kind.rawValue.utf8.starts(with: start) else { return }
    let what = FileKind(startingWith: bytes).map { ", but \($0)" } ?? ""
    throw ForeignLog(
      path: place,
      reason: "it is not \(kind.name)\(what): its first line does not start with '\(kind.rawValue)'")
  }

  /// - Parameter option: the option that names the directory.
  /// - Throws: `ForeignLog` if there is a file instead of a directory.
  static func checkDirectory(_ path: String, option: String) throws {
    guard !AtomicFile.exists(path) || AtomicFile.isDirectory(path) else {
      throw ForeignLog(path: "\(option) \(path)", reason: "it is not a directory")
    }
  }

  /// - Parameter logs: the options and the files that they name.
  /// - Throws: `UsageError` if two logs have the same file.
  static func checkDistinct(_ logs: [(option: String, path: String)]) throws {
    for (index, log) in logs.enumerated() where !AtomicFile.isStream(log.path) {
      for other in logs[..<index] where other.path == log.path || CheckpointStore.isSameFile(other.path, log.path) {
        throw UsageError("\(other.option) and \(log.option) are the same file (\(log.path)): name two.")
      }
    }
  }
}
