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

  /// Whether a run can make a step, and save it, before a deadline: if not, it would stop before its first step each time
  /// that it is run again.
  ///
  /// - Throws: `CheckpointError.noTime`.
  public static func check(_ deadline: ContinuousClock.Instant, _ trainer: Trainer) throws {
    let (left, needed) = (seconds(to: deadline), writes * CheckpointCallback.guessedSeconds(trainer))
    guard left >= needed else { throw CheckpointError.noTime(left: left, needed: needed) }
  }

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) { lastCall = .now }

  public func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { check(trainer) }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) { check(trainer) }

  private func check(_ trainer: Trainer) {
    let now = ContinuousClock.now
    longestGap = max(longestGap, (now - lastCall) / .seconds(1))
    lastCall = now
    let needed = longestGap + Self.writes * checkpoints.expectedSeconds(trainer)
    if Self.seconds(to: deadline) < needed { trainer.stop(.timeLimit) }
  }

  /// One write may be under way, and the last one comes behind it.
  private static let writes = 2.0

  private static func seconds(to deadline: ContinuousClock.Instant) -> Double { (deadline - .now) / .seconds(1) }
}
