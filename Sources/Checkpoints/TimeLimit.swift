import Training

/// Stops a run in time for a last checkpoint.
public final class TimeLimit: Callback {
  private let deadline: ContinuousClock.Instant
  private let checkpoints: CheckpointCallback
  private var lastCall = ContinuousClock.now
  /// The longest time between two calls: some steps, or a validation.
  private var longestGap = 0.0

  /// - Parameters:
  ///   - deadline: when the last checkpoint shall be written.
  ///   - checkpoints: knows how long that takes.
  public init(deadline: ContinuousClock.Instant, checkpoints: CheckpointCallback) {
    self.deadline = deadline
    self.checkpoints = checkpoints
  }

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    lastCall = .now
    check(trainer)
  }

  public func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { check(trainer) }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) { check(trainer) }

  private func check(_ trainer: Trainer) {
    let now = ContinuousClock.now
    longestGap = max(longestGap, (now - lastCall) / .seconds(1))
    lastCall = now
    // One write may be under way, and the last one comes behind it.
    let needed = longestGap + 2 * checkpoints.expectedSeconds(trainer)
    if (deadline - now) / .seconds(1) < needed { trainer.stop(.timeLimit) }
  }
}
