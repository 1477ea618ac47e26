import Dispatch
import Foundation
import Synchronization

/// The two streams of a terminal or a pipe.
///
/// A command that answers a question writes at once and waits for its reader, as `less` or `head` expect. One that has
/// more important things to do calls `writeInBackground`: from then on nothing that it prints waits for anybody.
enum Console {
  case output
  case error

  var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  private struct State {
    /// The queue of each stream that is written in the background; one for both if they are the same file.
    var queues: [Console: OutputQueue] = [:]
    /// The stream whose last line is redrawn in place, and has no end yet.
    var live: Console?
  }

  private static let state = Mutex(State())

  /// Whether the last line on a terminal is a live one: for a signal handler, which may not look at `state`.
  static let hasLiveLine = Atomic(false)

  /// Why the standard output could not be written, if it could not: the command goes on, and fails in the end.
  static let failure = Mutex<String?>(nil)

  // MARK: - Printing

  /// Prints all of `text`. What a reader that went away does not read is dropped.
  ///
  /// - Parameter kind: a live line takes the place of the one before it, and brings what the terminal needs for that; any
  ///   other text begins below it.
  func write(_ text: String, _ kind: OutputQueue.Kind = .text) {
    let (queue, isBelow) = Self.state.withLock { state in
      let isBelow = kind == .text && state.live.map(isSameFile) ?? false
      if kind == .live {
        state.live = self
      } else if isBelow || state.live == self {
        state.live = nil
      }
      Self.hasLiveLine.store(state.live != nil, ordering: .relaxed)
      return (state.queues[self], isBelow)
    }
    let text = isBelow ? "\n" + text : text
    guard let queue else { return writeNow(text) }
    queue.append(text, kind) { writeNow($0) }
  }

  // MARK: - In the background

  /// From now on, printing to this stream never waits for its reader.
  func writeInBackground() {
    Self.state.withLock { state in
      guard state.queues[self] == nil else { return }
      // In one queue, lines of both streams keep their order.
      let shared = state.queues.first { isSameFile($0.key) }?.value
      state.queues[self] = shared ?? OutputQueue()
    }
  }

  /// Gives what is printed in the background a last moment.
  static func drain(for time: DispatchTimeInterval = .seconds(1)) {
    let deadline = DispatchTime.now() + time
    let queues = state.withLock { Array($0.queues.values) }
    for queue in queues { queue.drain(until: deadline) }
  }

  // MARK: - The system

  private func writeNow(_ text: String) {
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
          let error = errno
          if self == .output, !isReaderGone(error) {
            Self.failure.withLock { $0 = String(cString: strerror(error)) }
          }
          return
        }
        written += count
      }
    }
  }

  /// Whether a write failed because a pipe's other end is closed, or a terminal is gone (the connection that it was of).
  private func isReaderGone(_ error: Int32) -> Bool {
    var status = stat()
    return error == EPIPE || error == EIO && fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
  }

  /// Whoever shares a terminal or a pipe with us may have made it answer "not now".
  private func waitUntilWritable() {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&request, 1, -1)
  }

  private func isSameFile(_ other: Console) -> Bool {
    var (mine, others) = (stat(), stat())
    return self == other
      || fstat(descriptor, &mine) == 0 && fstat(other.descriptor, &others) == 0 && mine.st_ino == others.st_ino
        && mine.st_dev == others.st_dev
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
