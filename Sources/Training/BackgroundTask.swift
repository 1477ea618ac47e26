import Glibc
import Synchronization
import SystemResources

/// Jobs that run beside training, such as writing a checkpoint: one at a time, each on its own thread.
///
/// Threading rules: see `WorkerTeam`. The data that a job reads must not change until it is done: pass it a copy.
package final class BackgroundTask<Outcome: Sendable> {
  private var piece: Piece?
  /// The thread of `piece`; nil once it has finished.
  private var thread: pthread_t?

  package init() {}

  deinit { _ = finish() }

  /// Starts a job; the previous one must be finished.
  package func start(_ work: @escaping @Sendable () -> Outcome) {
    precondition(piece == nil, "a job is still running, or its outcome was not collected")
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
        // The next job has its own thread, which cannot reuse the memory freed on this one.
        Memory.releaseFreed()
        return nil
      }, context.toOpaque())
    if status == 0 {
      self.thread = thread
    } else {
      // The system has no thread left: the job runs here, and training waits for it.
      context.takeRetainedValue().run()
    }
  }

  /// Whether a job is running that `finish` would wait for.
  package var isBusy: Bool { piece.map { !$0.isDone.load(ordering: .acquiring) } ?? false }

  /// Waits for the running job, if any.
  ///
  /// - Returns: the outcome of the last job, if it was not collected before.
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

/// A type-erased job, as passed to a system thread.
private class AnyPiece {
  func run() { preconditionFailure("run() must be overridden") }
}

private enum BackgroundPriority {
  /// `SCHED_BATCH` of <sched.h>, which defines it for GNU sources only.
  private static let batch: Int32 = 3

  /// Lets the thread have its share of a core, but not preempt a computing thread on wake-up: a preempted worker keeps
  /// all others waiting.
  static func lower() {
    var parameters = sched_param()
    // If the system refuses, training is only slightly slower.
    _ = sched_setscheduler(0, batch, &parameters)
  }
}
