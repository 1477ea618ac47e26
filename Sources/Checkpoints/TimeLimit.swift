import Training

/// A callback that stops a run in time for a last checkpoint.
package final class TimeLimit: Callback {
  private let deadline: ContinuousClock.Instant
  private let checkpoints: CheckpointCallback
  private let now: () -> ContinuousClock.Instant
  private var lastCall: ContinuousClock.Instant
  /// The longest time between two calls, in seconds: a few steps, or a validation.
  private var longestGap = 0.0

  /// - Parameters:
  ///   - deadline: when the last checkpoint must be written.
  ///   - checkpoints: estimates how long that takes.
  ///   - now: the clock.
  package init(
    deadline: ContinuousClock.Instant, checkpoints: CheckpointCallback,
    now: @escaping () -> ContinuousClock.Instant = { .now }
  ) {
    self.deadline = deadline
    self.checkpoints = checkpoints
    self.now = now
    lastCall = now()
  }

  /// Checks that a run can make and save a step before a deadline: otherwise it would stop before its first step every
  /// time it is restarted.
  ///
  /// - Throws: `CheckpointError.noTime`.
  package static func check(
    _ deadline: ContinuousClock.Instant, _ trainer: Trainer, now: ContinuousClock.Instant = .now
  ) throws {
    let (left, needed) = ((deadline - now) / .seconds(1), writes * CheckpointCallback.guessedSeconds(trainer))
    guard left >= needed else { throw CheckpointError.noTime(left: left, needed: needed) }
  }

  package func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) { lastCall = now() }

  package func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { check(trainer) }

  package func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) { check(trainer) }

  private func check(_ trainer: Trainer) {
    let now = now()
    longestGap = max(longestGap, (now - lastCall) / .seconds(1))
    lastCall = now
    let needed = longestGap + Self.writes * checkpoints.expectedSeconds(trainer)
    if (deadline - now) / .seconds(1) < needed { trainer.stop(.timeLimit) }
  }

  /// One write may be in progress, followed by the last one.
  private static let writes = 2.0
}
