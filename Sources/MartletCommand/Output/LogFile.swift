import DurableFiles
import Synchronization

/// The file of a log, which is no reason to stop a run: lines that it does not take are kept, and written when it takes
/// lines again. One that was removed or moved away, as by logrotate, or whose directory does not exist yet, is made anew.
/// A file that is no log takes none.
///
/// Nothing is opened or written before `release`: until then, it may be the log of another run.
final class LogFile: Sendable {
  /// The bytes that are kept while the file takes none: the lines of some ten thousand epochs. What comes on top is lost.
  private static let mostWaiting = 16 << 20

  private struct State {
    var file: AppendedFile?
    var waiting = ""
    var isReleased = false
    var hasWarned = false
  }

  private let path: String
  private let state = Mutex(State())
  private let warning: @Sendable (String) -> Void

  /// - Parameter warning: called once if the file does not take a line.
  init(path: String, warning: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.warning = warning
  }

  /// Hands a line to the system, behind those that it did not take before.
  func append(_ line: String) {
    state.withLock { state in
      if state.waiting.utf8.count < Self.mostWaiting { state.waiting += line }
      write(&state)
    }
  }

  /// Writes the lines that came before, and from now on each that comes.
  func release() {
    state.withLock { state in
      state.isReleased = true
      write(&state)
    }
  }

  /// Gives a pipe a last moment to take what was appended.
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

  private func opened() throws -> AppendedFile {
    try LogPlace.check(path, .events)
    return try AppendedFile(path)
  }

  private func write(_ state: inout State) {
    guard state.isReleased, !state.waiting.isEmpty else { return }
    do {
      // One that is in place is not opened again: a pipe's other end may be gone for a while.
      let file = try state.file.flatMap { $0.isInPlace ? $0 : nil } ?? opened()
      state.file = file
      try file.append(state.waiting)
      state.waiting = ""
    } catch {
      if !state.hasWarned { warning("\(error) The training goes on; the lines follow once the file takes them.") }
      state.hasWarned = true
    }
  }
}
