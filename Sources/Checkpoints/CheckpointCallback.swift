import NeuralNetwork
import Training

/// Writes checkpoints while a run goes on: at the ends of epochs, every so many steps and minutes, when somebody asks for
/// one, and where the run stops.
///
/// The training waits for a copy of its state, and for nothing else: the file is made and written on another thread. Two
/// are never written at once: a checkpoint that is due before the last one is written waits for it, and so does the
/// training. The last one is written when `trainingDidEnd` or `finish` returns, or the callback is gone.
///
/// A checkpoint that cannot be written is no reason to stop: the next one that is due tries again. Only the last state of
/// a run has to be saved somewhere.
package final class CheckpointCallback: Callback {
  private let directory: RunDirectory
  private let policy: CheckpointPolicy
  private let template: Checkpoint
  private let report: (CheckpointEvent) -> Void
  private let now: @Sendable () -> ContinuousClock.Instant
  private let writing = BackgroundTask<CheckpointEvent>()
  /// The state of the checkpoint that is being written, or was written last.
  private var copy: StateCopy?
  /// The step whose state is safe in the run's directory; nil if none is.
  private var savedStep: Int?
  private var lastBegan: ContinuousClock.Instant
  private var longestWrite: Double?
  /// Why the last checkpoint is not where it belongs.
  private var fault: String?
  private var hasWarnedOfLinks = false

  /// - Parameters:
  ///   - template: a checkpoint of the run whose snapshot is replaced by the present one at each write.
  ///   - directory: where the run is; that of the policy if nil.
  ///   - report: is told what became of each checkpoint, by the thread of the training.
  ///   - now: reads the clock, also on the thread that writes.
  ///   - isResumable: whether the run's configuration resumes from a checkpoint: one of which that is not true is never
  ///     removed, nor one with another seed, other data or another history.
  package init(
    policy: CheckpointPolicy, template: Checkpoint, directory: RunDirectory? = nil,
    report: @escaping (CheckpointEvent) -> Void = { _ in },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    isResumable: @escaping @Sendable (Checkpoint) -> Bool = { _ in true }
  ) {
    self.directory = directory ?? RunDirectory(policy)
    self.directory.lineage = RunLineage(of: template, isResumable: isResumable)
    self.policy = policy
    self.template = template
    self.report = report
    self.now = now
    lastBegan = now()
  }

  // MARK: - When

  package func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    lastBegan = now()
    // Not so of a run that begins, or comes from a file elsewhere.
    savedStep = directory.holds(trainer.state) ? trainer.state.step : nil
    for warning in directory.begin(trainer.state) { trainer.warning(warning) }
  }

  package func nextPause(after step: Int) -> Int? {
    policy.everySteps.map { (step / $0 + 1) * $0 }
  }

  package func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) {
    if !writing.isBusy { finish(trainer) }
    // The state behind the last step of an epoch is that of the epoch's end, which has the validation too.
    guard trainer.state.stepInEpoch < plan.stepsPerEpoch else { return }
    let isStepDue = policy.everySteps.map { trainer.state.step % $0 == 0 } ?? false
    if trainer.requests.takeCheckpointRequest() || isStepDue || isTimeDue { write(trainer) }
  }

  package func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) {
    let isDue = trainer.state.epoch % policy.everyEpochs == 0
    let isStepDue = policy.everySteps.map { trainer.state.step % $0 == 0 } ?? false
    if trainer.requests.takeCheckpointRequest() || isDue || isStepDue || isTimeDue || policy.isBest(trainer.state) {
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
      throw CheckpointError.notSaved(step: trainer.state.step, reason: fault ?? "the reason is not known.")
    }
  }

  private var isTimeDue: Bool {
    policy.everyMinutes.map { (now() - lastBegan) / .seconds(60) >= $0 } ?? false
  }

  // MARK: - Writing

  private func write(_ trainer: Trainer) {
    finish(trainer)
    lastBegan = now()
    let copy = self.copy ?? StateCopy(of: trainer)
    copy.update(from: trainer)
    self.copy = copy
    let (directory, template, now) = (directory, template, now)
    let (plan, training) = (trainer.plan, trainer.configuration)
    writing.start {
      let (began, step) = (now(), copy.state.step)
      do {
        var checkpoint = template
        checkpoint.snapshot = copy.snapshot()
        let bytes = try checkpoint.bytes(plan: plan, training: training)
        let (stored, fault) = try directory.write(bytes, copy.state)
        let seconds = (now() - began) / .seconds(1)
        return .written(
          WrittenCheckpoint(
            path: stored.path, step: step, bytes: bytes.count, seconds: seconds, isBest: stored.isBest, fault: fault,
            linkFault: stored.linkFault, setAside: stored.setAside, foreign: directory.takeForeign()))
      } catch {
        return .failed(step: step, reason: "\(error)")
      }
    }
  }

  /// Waits for the checkpoint that is being written, and takes note of what became of it.
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
      note(reason, "There is no checkpoint of step \(step); the training goes on, and tries again.", trainer)
    }
    report(event)
  }

  /// Warns once of a fault, and once when it is over.
  private func note(_ fault: String?, _ consequence: String, _ trainer: Trainer) {
    if let fault, self.fault == nil { trainer.warning("\(fault) \(consequence)") }
    if fault == nil, self.fault != nil { trainer.warning("checkpoints are written to \(policy.directory) again.") }
    self.fault = fault
  }

  /// Warns once of links that are not where they should be: the checkpoints are whole without them.
  private func noteLinks(_ fault: String?, _ trainer: Trainer) {
    guard let fault, !hasWarnedOfLinks else { return }
    hasWarnedOfLinks = true
    trainer.warning("\(fault) The checkpoints are whole, and --resume does not need the link.")
  }

  /// The seconds that a checkpoint takes: the longest so far, or a guess before the first.
  func expectedSeconds(_ trainer: Trainer) -> Double { longestWrite ?? Self.guessedSeconds(trainer) }

  /// A guess from the size of a checkpoint.
  static func guessedSeconds(_ trainer: Trainer) -> Double {
    let variables = ModelPlan.valueCount(trainer.plan.variables)
    let bytes = Double(variables * (1 + trainer.configuration.optimizer.slotNames.count)) * 4
    // A slow disk, and some time for its syncs.
    return bytes / 20e6 + 0.5
  }
}

extension Checkpoint {
  /// The bytes of its file.
  ///
  /// - Throws: `CheckpointError.nonfinite` if nobody could go on from it, `HDF5WritingError`.
  package func bytes(plan: ModelPlan, training: TrainingConfiguration) throws -> [UInt8] {
    let variables = snapshot.parameters + snapshot.slots.joined()
    if let bad = variables.first(where: { !$0.values.allSatisfy(\.isFinite) }) {
      throw CheckpointError.nonfinite(step: snapshot.state.step, variable: bad.path)
    }
    return try CheckpointWriter(checkpoint: self, plan: plan, training: training)
      .bytes(path: CheckpointStore.name(step: snapshot.state.step))
  }
}
