import Dispatch
import Foundation
import Synchronization

/// Standard output and standard error.
///
/// Writes block until they are read, as `less` or `head` expect, unless `writeInBackground` was called: from then on
/// printing never blocks.
enum Console {
  case output
  case error

  var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  private struct State {
    /// The queue of each stream written in the background; a shared one if both streams are the same file.
    var queues: [Console: OutputQueue] = [:]
    /// The stream whose last line is live: redrawn in place, without a newline yet.
    var live: Console?
  }

  private static let state = Mutex(State())

  /// Whether the last line on a terminal is live; for a signal handler, which may not lock `state`.
  static let hasLiveLine = Atomic(false)

  /// Why writing to standard output failed, if it did: the command continues, and fails at its end.
  static let failure = Mutex<String?>(nil)

  // MARK: - Printing

  /// Prints all of `text`; it is dropped if the reader has closed the pipe.
  ///
  /// - Parameter kind: a live line replaces the one before it, and contains the control characters for that; any other
  ///   text starts below it.
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
    // Messages quote names of files, which may have any characters.
    let plain = self == .error && kind == .text ? Self.visible(text) : text
    let text = isBelow ? "\n" + plain : plain
    guard let queue else { return writeNow(text) }
    queue.append(text, kind) { writeNow($0) }
  }

  /// The text with control characters but newlines and tabs in writing: `\x1b`.
  static func visible(_ text: String) -> String {
    func isControl(_ scalar: UnicodeScalar) -> Bool {
      scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.map { scalar in
      guard isControl(scalar) else { return String(scalar) }
      let digits = String(scalar.value, radix: 16)
      return "\\x\(digits.count < 2 ? "0" : "")\(digits)"
    }.joined()
  }

  // MARK: - In the background

  /// Makes printing to this stream non-blocking from now on.
  func writeInBackground() {
    Self.state.withLock { state in
      guard state.queues[self] == nil else { return }
      // A shared queue keeps the order of lines across both streams.
      let shared = state.queues.first { isSameFile($0.key) }?.value
      state.queues[self] = shared ?? OutputQueue()
    }
  }

  /// Waits for background output to be written, for a limited time.
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

  /// Whether a write failed because a pipe's read end is closed, or a terminal is gone (its connection was lost).
  private func isReaderGone(_ error: Int32) -> Bool {
    var status = stat()
    return error == EPIPE || error == EIO && fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
  }

  /// Waits until the descriptor is writable: a process that shares it may have made it non-blocking.
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

  /// Occupies the descriptors of closed standard streams: a file opened with such a number would receive the output.
  /// Printing still fails.
  static func occupyClosedStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // open returns the lowest free descriptor, which is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
