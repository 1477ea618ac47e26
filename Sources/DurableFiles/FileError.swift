import Glibc

/// A file or a directory that the system refused: which, what for, and its reason.
public struct FileError: Error, Equatable, Sendable {
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

  public let path: String
  public let operation: Operation
  public let reason: String

  package init(path: String, operation: Operation, reason: String) {
    self.path = path
    self.operation = operation
    self.reason = reason
  }

  /// Takes the reason from `errno`, or another error number.
  package init(path: String, operation: Operation, error: Int32 = errno) {
    self.init(path: path, operation: operation, reason: String(cString: strerror(error)))
  }
}

extension FileError: CustomStringConvertible {
  public var description: String { "\(path): cannot \(operation.rawValue): \(reason)." }
}
