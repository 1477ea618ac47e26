import Foundation
import Synchronization

/// The two streams of a terminal or a pipe, written at once and whole.
enum Console {
  case output
  case error

  private var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Why the standard output could not be written, if it could not: the command goes on, and fails in the end.
  static let failure = Mutex<String?>(nil)

  /// Writes all of `text`. A reader that went away is not our failure: what nobody reads is dropped.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
          waitUntilWritable()
          continue
        }
        guard count > 0 else {
          let reason = errno == EPIPE ? nil : String(cString: strerror(errno))
          if self == .output, let reason { Self.failure.withLock { $0 = reason } }
          return
        }
        written += count
      }
    }
  }

  /// Whoever shares a terminal or a pipe with us may have made it answer "not now".
  private func waitUntilWritable() {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&request, 1, -1)
  }

  /// Takes the numbers of standard streams that are closed: a file that was given one of them would receive what is
  /// printed. Printing still fails.
  static func occupyClosedStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is given out, which is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}

/// A file that cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "\(path): cannot be written: \(reason)." }
}
