import DurableFiles
import Synchronization

/// An append-only log file whose faults do not stop a run: lines that cannot be written are kept, and written once that
/// is possible again. The file is recreated if it was removed or moved away, as by logrotate, or if its directory did
/// not exist. Nothing is appended to a file that is not a log.
///
/// Nothing is opened or written before `release`: until then the file may be the log of another run.
final class LogFile: Sendable {
  /// The maximum number of bytes kept while the file cannot be written: the lines of some ten thousand epochs. Lines
  /// beyond that are lost.
  private static let mostWaiting = 16 << 20

  private struct State {
    var file: AppendOnlyFile?
    var waiting = ""
    var isReleased = false
    var hasWarned = false
  }

  private let path: String
  private let state = Mutex(State())
  private let warning: @Sendable (String) -> Void

  /// - Parameter warning: called once if a line cannot be written.
  init(path: String, warning: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.warning = warning
  }

  /// Appends a line, after those that could not be written before.
  func append(_ line: String) {
    state.withLock { state in
      if state.waiting.utf8.count < Self.mostWaiting { state.waiting += line }
      write(&state)
    }
  }

  /// Writes the lines kept so far, and each later line at once.
  func release() {
    state.withLock { state in
      state.isReleased = true
      write(&state)
    }
  }

  /// Waits for a pipe to accept the appended lines, for a limited time.
  func finish() {
    state.withLock { state in
      do {
        try state.file?.finish()
      } catch {
        if !state.hasWarned { warning("\(error) Its last lines are lost.") }
        state.hasWarned = true
      }
    }
  }

  private func opened() throws -> AppendOnlyFile {
    try LogPlace.check(path, .events)
    return try AppendOnlyFile(path)
  }

  private func write(_ state: inout State) {
    guard state.isReleased, !state.waiting.isEmpty else { return }
    do {
      // An open file is not reopened while it exists: a pipe may be without a reader for a while.
      let file = try state.file.flatMap { $0.isInPlace ? $0 : nil } ?? opened()
      state.file = file
      try file.append(state.waiting)
      state.waiting = ""
    } catch {
      if !state.hasWarned { warning("\(error) Training continues; the lines are written once that is possible.") }
      state.hasWarned = true
    }
  }
}
