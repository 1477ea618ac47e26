import Dispatch
import Foundation
import Synchronization

/// A queue of text for a terminal or a pipe, written by its own thread: a reader that has stopped (Ctrl-S, a lost
/// connection, a pipe that is not read) blocks only that thread.
///
/// The queue is bounded. Text that does not fit is dropped, a whole entry at a time, and a line reports how much once
/// there is room again.
///
/// Threading: any thread appends; the queue's thread writes, and ends with the process. It blocks all signals, so that
/// handlers run on other threads, and a terminal that stops background processes on output (SIGTTOU) does not stop this
/// one.
final class OutputQueue: Sendable {
  /// How an entry relates to the one before it.
  enum Kind {
    /// Written in order.
    case text
    /// A live line, redrawn in place: a later one replaces it while it is queued.
    case live
    /// The final state of a live line, with its newline.
    case liveEnd
  }

  fileprivate struct Entry {
    let text: String
    let kind: Kind
    let write: @Sendable (String) -> Void
  }

  private let state: Mutex<State>
  private let filled = DispatchSemaphore(value: 0)
  private let emptied = DispatchSemaphore(value: 0)

  /// - Parameter limit: the capacity in bytes of UTF-8.
  init(limit: Int = 1 << 20) { state = Mutex(State(limit: limit)) }

  /// Appends text, or drops it if the queue is full; never blocks.
  ///
  /// - Parameter write: writes the text; called on the queue's thread, and may block.
  func append(_ text: String, _ kind: Kind = .text, write: @escaping @Sendable (String) -> Void) {
    let needsThread = state.withLock { state in
      state.append(Entry(text: text, kind: kind, write: write))
      defer { state.hasThread = true }
      return !state.hasThread
    }
    if needsThread, !startThread() {
      // No thread can be created: write on the caller's thread.
      state.withLock { $0.hasThread = false }
      return writeWaiting()
    }
    filled.signal()
  }

  /// Waits until everything is written, at most until `deadline`.
  ///
  /// - Returns: whether everything is written.
  @discardableResult
  func drain(until deadline: DispatchTime) -> Bool {
    // A signal left over from a wait that timed out does not end this one.
    while emptied.wait(timeout: .now()) == .success {}
    let isEmpty = state.withLock { state in
      state.noteDropped()
      state.isAwaited = state.isWriting || !state.entries.isEmpty
      return !state.isAwaited
    }
    if isEmpty { return true }
    filled.signal()
    return emptied.wait(timeout: deadline) == .success
  }

  private func startThread() -> Bool {
    var (thread, attributes) = (pthread_t(), pthread_attr_t())
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 1 << 19)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let context = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let queue = Unmanaged<OutputQueue>.fromOpaque(context).takeRetainedValue()
        while true {
          queue.filled.wait()
          queue.writeWaiting()
        }
      }, context.toOpaque())
    if status != 0 { context.release() }
    return status == 0
  }

  private func writeWaiting() {
    for entry in state.withLock({ $0.takeAll() }) { entry.write(entry.text) }
    let isAwaited = state.withLock { state in
      state.isWriting = false
      guard state.isAwaited, state.entries.isEmpty else { return false }
      state.isAwaited = false
      return true
    }
    if isAwaited { emptied.signal() }
  }
}

extension OutputQueue {
  /// The queued entries, and what was dropped.
  private struct State {
    let limit: Int
    var entries: [Entry] = []
    var isWriting = false
    /// Whether a thread is waiting in `drain`.
    var isAwaited = false
    var hasThread = false
    private var bytes = 0
    private var isFull = false
    private var dropped: (lines: Int, write: @Sendable (String) -> Void)?

    init(limit: Int) { self.limit = limit }

    mutating func append(_ entry: Entry) {
      if entry.kind != .text, let last = entries.last, last.kind == .live {
        entries.removeLast()
        bytes -= last.text.utf8.count
      }
      // A full queue accepts text again when half of it is free: otherwise a slow reader would get lines and counts
      // alternately.
      isFull = isFull ? bytes > limit / 2 : bytes + entry.text.utf8.count > limit
      guard !isFull else {
        guard entry.kind != .live else { return }
        let lines = max(entry.text.utf8.count { $0 == UInt8(ascii: "\n") }, 1)
        dropped = (lines + (dropped?.lines ?? 0), entry.write)
        return
      }
      noteDropped()
      push(entry)
    }

    mutating func noteDropped() {
      guard let (lines, write) = dropped else { return }
      dropped = nil
      let what = lines == 1 ? "1 line was" : "\(lines) lines were"
      push(Entry(text: "martlet: \(what) dropped here: the output was not read in time.\n", kind: .text, write: write))
    }

    mutating func takeAll() -> [Entry] {
      defer { (entries, bytes) = ([], 0) }
      isWriting = true
      return entries
    }

    private mutating func push(_ entry: Entry) {
      entries.append(entry)
      bytes += entry.text.utf8.count
    }
  }
}
