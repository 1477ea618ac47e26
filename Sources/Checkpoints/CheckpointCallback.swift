import NeuralNetwork
import RunConfiguration
import Synchronization
import Training

/// A callback that writes checkpoints: at epoch ends, every N steps and minutes, on request, and when the run stops.
///
/// Training waits only for a copy of its state: the file is built and written on another thread, one at a time. If a
/// checkpoint is due before the previous one is written, training waits for that. The last one is written when
/// `trainingDidEnd` or `finish` returns, or the callback is deallocated.
///
/// A failed write does not stop the run: the next checkpoint retries. Only the last state of a run must be saved.
package final class CheckpointCallback: Callback {
  private let directory: RunDirectory
  private let run: RunRecord
  private let report: (CheckpointEvent) -> Void
  private let now: @Sendable () -> ContinuousClock.Instant
  private let writing = BackgroundTask<CheckpointEvent>()
  /// The step of the last state that is durable in the run's directory; nil if none is.
  private var savedStep: Int?
  private var lastBegan: ContinuousClock.Instant
  private var longestWrite: Double?
  /// Why the last checkpoint is not in the run's directory; nil if it is.
  private var fault: String?
  private var hasWarnedOfLinks = false

  /// - Parameters:
  ///   - run: the run, with its policy. Checkpoints from which it could not resume, or with another seed, data or
  ///     history, are never removed.
  ///   - directory: the run's directory; that of the policy if nil.
  ///   - report: called with the outcome of each checkpoint, on the training thread.
  ///   - now: the clock, also called on the writing thread.
  package init(
    _ run: RunRecord, directory: RunDirectory? = nil,
    report: @escaping (CheckpointEvent) -> Void = { _ in },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.run = run
    self.directory = directory ?? RunDirectory(run.configuration.checkpoints)
    self.directory.lineage = RunLineage(of: run)
    self.report = report
    self.now = now
    lastBegan = now()
  }

  private var policy: CheckpointPolicy { run.configuration.checkpoints }

  // MARK: - When

  package func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    lastBegan = now()
    // False for a new run, or one resumed from a file elsewhere.
    savedStep = directory.holds(trainer.state) ? trainer.state.step : nil
    for warning in directory.begin(trainer.state) { trainer.warning(warning) }
  }

  package func nextPause(after step: Int) -> Int? {
    policy.everySteps.map { (step / $0 + 1) * $0 }
  }

  package func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) {
    if !writing.isBusy { finish(trainer) }
    // After the last step of an epoch the checkpoint is written at the epoch's end, which includes the validation.
    guard trainer.state.stepInEpoch < plan.stepsPerEpoch else { return }
    let isStepDue = policy.everySteps.map { trainer.state.step % $0 == 0 } ?? false
    if trainer.requests.consumeCheckpointRequest() || isStepDue || isTimeDue { write(trainer) }
  }

  package func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) {
    let isDue = trainer.state.epoch % policy.everyEpochs == 0
    let isStepDue = policy.everySteps.map { trainer.state.step % $0 == 0 } ?? false
    if trainer.requests.consumeCheckpointRequest() || isDue || isStepDue || isTimeDue || policy.isBest(trainer.state) {
      write(trainer)
    }
  }

  package func trainingDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    finish(trainer)
    if savedStep != trainer.state.step {
      write(trainer)
      finish(trainer)
    }
    guard savedStep == trainer.state.step else {
      throw CheckpointError.notSaved(step: trainer.state.step, reason: fault ?? "unknown reason.")
    }
  }

  private var isTimeDue: Bool {
    policy.everyMinutes.map { (now() - lastBegan) / .seconds(60) >= $0 } ?? false
  }

  // MARK: - Writing

  private func write(_ trainer: Trainer) {
    finish(trainer)
    lastBegan = now()
    let (directory, run, now, plan, state) = (directory, run, now, trainer.plan, trainer.state)
    let snapshot = Mutex<Snapshot?>(trainer.snapshot())
    writing.start {
      let (began, step) = (now(), state.step)
      do {
        // As large as the file, and not needed any longer once its bytes are built.
        guard let snapshot = snapshot.withLock({ $0.take() }) else {
          preconditionFailure("a checkpoint is built twice")
        }
        let image = try Checkpoint(of: run, snapshot: snapshot).image(plan: plan)
        let (stored, fault) = try directory.write(image, state)
        let seconds = (now() - began) / .seconds(1)
        return .written(
          WrittenCheckpoint(
            path: stored.path, step: step, bytes: image.count, seconds: seconds, isBest: stored.isBest, fault: fault,
            linkFault: stored.linkFault, setAside: stored.setAside, foreign: directory.takeForeign()))
      } catch {
        return .failed(step: step, reason: "\(error)")
      }
    }
  }

  /// Waits for the checkpoint being written, and records its outcome.
  package func finish(_ trainer: Trainer) {
    guard let event = writing.finish() else { return }
    switch event {
    case .written(let checkpoint):
      savedStep = checkpoint.step
      longestWrite = max(longestWrite ?? 0, checkpoint.seconds)
      for text in [checkpoint.foreign, checkpoint.setAside] { text.map(trainer.warning) }
      noteLinks(checkpoint.linkFault, trainer)
      note(checkpoint.fault, "The checkpoint is \(checkpoint.path) instead.", trainer)
    case .failed(let step, let reason):
      note(reason, "There is no checkpoint of step \(step); training continues, and retries.", trainer)
    }
    report(event)
  }

  /// Warns once when a fault starts, and once when it ends.
  private func note(_ fault: String?, _ consequence: String, _ trainer: Trainer) {
    if let fault, self.fault == nil { trainer.warning("\(fault) \(consequence)") }
    if fault == nil, self.fault != nil { trainer.warning("checkpoints are written to \(policy.directory) again.") }
    self.fault = fault
  }

  /// Warns once of missing or wrong links: the checkpoints are complete without them.
  private func noteLinks(_ fault: String?, _ trainer: Trainer) {
    guard let fault, !hasWarnedOfLinks else { return }
    hasWarnedOfLinks = true
    trainer.warning("\(fault) The checkpoints are complete, and a run resumes without the link.")
  }

  /// The duration of a checkpoint in seconds: the longest so far, or an estimate before the first.
  func expectedSeconds(_ trainer: Trainer) -> Double { longestWrite ?? Self.guessedSeconds(trainer) }

  /// An estimate from the size of a checkpoint, in seconds.
  static func guessedSeconds(_ trainer: Trainer) -> Double {
    let variables = ModelPlan.valueCount(trainer.plan.variables)
    let bytes = Double(variables * (1 + trainer.configuration.optimizer.slotNames.count)) * 4
    // Assumes a slow disk, and some time for the syncs.
    return bytes / 20e6 + 0.5
  }
}
