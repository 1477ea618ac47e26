import Training

/// Stops a run in time for a last checkpoint.
package final class TimeLimit: Callback {
  private let deadline: ContinuousClock.Instant
  private let checkpoints: CheckpointCallback
  private let now: () -> ContinuousClock.Instant
  private var lastCall: ContinuousClock.Instant
  /// The longest time between two calls: some steps, or a validation.
  private var longestGap = 0.0

  /// - Parameters:
  ///   - deadline: when the last checkpoint shall be written.
  ///   - checkpoints: knows how long that takes.
  ///   - now: reads the clock.
  package init(
    deadline: ContinuousClock.Instant, checkpoints: CheckpointCallback,
    now: @escaping () -> ContinuousClock.Instant = { .now }
  ) {
    self.deadline = deadline
    self.checkpoints = checkpoints
    self.now = now
    lastCall = now()
  }

  /// Whether a run can make a step, and save it, before a deadline: if not, it would stop before its first step each time
  /// that it is run again.
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

  /// One write may be under way, and the last one comes behind it.
  private static let writes = 2.0
}
