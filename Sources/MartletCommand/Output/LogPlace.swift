import DurableFiles
import Martlet

/// The file of a log that a person named: it is new, empty, or such a log. Anything else stays as it is.
enum LogPlace {
  /// What a log is called in a message, and what its first line begins with.
  enum Kind: String {
    case events = "{\"time\":"
    case steps = "step,epoch,loss"
    case epochs = "epoch,"

    fileprivate var name: String {
      switch self {
      case .events: "log of runs (--log-file)"
      case .steps: "step log"
      case .epochs: "log of epochs"
      }
    }
  }

  /// - Parameter option: what names the file.
  /// - Throws: `ForeignLog` if a directory is there, or a file that is no such log. What cannot be read is left to who writes to it.
  static func check(_ path: String, _ kind: Kind, option: String? = nil) throws {
    let place = option.map { "\($0) \(path)" } ?? path
    guard !WholeFile.isDirectory(path) else { throw ForeignLog(path: place, reason: "it is a directory") }
    // A power cut may leave zero bytes, or a part of the line.
    let bytes = (WholeFile.start(of: path, count: 512) ?? []).drop { $0 == 0 }
    let start = bytes.prefix(kind.rawValue.utf8.count)
    guard !kind.rawValue.utf8.starts(with: start) else { return }
    let what = FileKind(startingWith: bytes).map { ", but \($0)" } ?? ""
    throw ForeignLog(
      path: place,
      reason: "it is no \(kind.name)\(what): its first line does not begin with '\(kind.rawValue)'")
  }

  /// - Parameter logs: the options, and the files that they name.
  /// - Throws: `WrongUse` if two logs have the same file.
  static func checkDistinct(_ logs: [(option: String, path: String)]) throws {
    for (index, log) in logs.enumerated() where !WholeFile.isStream(log.path) {
      for other in logs[..<index] where other.path == log.path || CheckpointStore.isSameFile(other.path, log.path) {
        throw WrongUse("\(other.option) and \(log.option) are the same file (\(log.path)): name two.")
      }
    }
  }
}
