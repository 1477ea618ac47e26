import Glibc
import Machine
import Synchronization

/// Work beside the training, such as writing a checkpoint: one piece at a time, each on a thread of its own.
///
/// Threading rules: `WorkerTeam` has them. What a piece of work reads must not change before it is done: hand it a copy.
package final class BackgroundTask<Outcome: Sendable> {
  private var piece: Piece?
  /// The thread of `piece`; nil once it is done.
  private var thread: pthread_t?

  package init() {}

  deinit { _ = finish() }

  /// Starts a piece of work; the one before it must be finished.
  package func start(_ work: @escaping @Sendable () -> Outcome) {
    precondition(piece == nil, "a piece of work is under way, or nobody took its outcome")
    let piece = Piece(work)
    self.piece = piece
    var thread = pthread_t()
    let context = Unmanaged<AnyPiece>.passRetained(piece)
    let status = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        BackgroundPriority.lower()
        Unmanaged<AnyPiece>.fromOpaque(context).takeRetainedValue().run()
        // The next piece has a thread of its own, to which the memory of this one would be of no use.
        Memory.releaseFreed()
        return nil
      }, context.toOpaque())
    if status == 0 {
      self.thread = thread
    } else {
      // A system that has no thread left: the work is done here, and the training waits for it.
      context.takeRetainedValue().run()
    }
  }

  /// Whether there is a piece of work that `finish` would have to wait for.
  package var isBusy: Bool { piece.map { !$0.isDone.load(ordering: .acquiring) } ?? false }

  /// Waits until nothing is under way.
  ///
  /// - Returns: the outcome of the last piece of work, if nobody took it before.
  package func finish() -> Outcome? {
    guard let piece else { return nil }
    if let thread { pthread_join(thread, nil) }
    thread = nil
    self.piece = nil
    return piece.outcome
  }

  private final class Piece: AnyPiece {
    private let work: @Sendable () -> Outcome
    private(set) var outcome: Outcome?
    let isDone = Atomic(false)

    init(_ work: @escaping @Sendable () -> Outcome) { self.work = work }

    override func run() {
      outcome = work()
      isDone.store(true, ordering: .releasing)
    }
  }
}

/// A piece of work without its type: what a thread of the system is handed.
private class AnyPiece {
  func run() { preconditionFailure("a piece of work says what it does") }
}

private enum BackgroundPriority {
  /// `SCHED_BATCH` of <sched.h>, which shows it to GNU sources alone.
  private static let batch: Int32 = 3

  /// Lets the thread take its share of a core, but not interrupt one that computes when it wakes up: a worker that is
  /// interrupted keeps all others waiting.
  static func lower() {
    var parameters = sched_param()
    // A system that refuses makes the training a little slower, and nothing else.
    _ = sched_setscheduler(0, batch, &parameters)
  }
}
