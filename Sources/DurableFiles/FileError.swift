import Glibc

/// A file system error: the path, the operation and the reason.
public struct FileError: Error, Equatable, Sendable {
  /// The operation that failed, as the verb of the message.
  public enum Operation: String, Sendable {
    case read = "be read"
    case create = "be created"
    case write = "be written"
    case sync = "be written through to the disk"
    case rename = "be moved into place"
    case link = "be linked"
    case remove = "be removed"
    case setAside = "be set aside"
    case lock = "be locked"
    case createDirectory = "be created as a directory"
  }

  /// The path of the file or directory.
  public let path: String
  /// The operation that failed.
  public let operation: Operation
  /// The reason, without a full stop.
  public let reason: String

  package init(path: String, operation: Operation, reason: String) {
    self.path = path
    self.operation = operation
    self.reason = reason
  }

  /// Creates an error from `errno` or another error number.
  package init(path: String, operation: Operation, error: Int32 = errno) {
    self.init(path: path, operation: operation, reason: String(cString: strerror(error)))
  }
}

extension FileError: CustomStringConvertible {
  /// `PATH: cannot OPERATION: REASON.`
  public var description: String { "\(path): cannot \(operation.rawValue): \(reason)." }
}
