import Training

/// Writes checkpoints while a run goes on: at the ends of epochs, every so many steps, and where the run stops.
///
/// The training waits for a copy of its state, and for nothing else: the file is made and written on another thread. Two
/// are never written at once: a checkpoint that is due before the last one is written waits for it, and so does the
/// training. The last one is written when `trainingDidEnd` returns, or the callback is gone.
public final class CheckpointCallback: Callback {
  private let store: CheckpointStore
  private let policy: CheckpointPolicy
  private let template: Checkpoint
  private let writing = BackgroundTask<Result<String, any Error>>()
  /// The state of the checkpoint that is being written, or was written last.
  private var copy: StateCopy?

  /// - Parameter template: a checkpoint of the run whose snapshot is replaced by the present one at each write.
  public init(policy: CheckpointPolicy, template: Checkpoint) {
    store = CheckpointStore(directory: policy.directory)
    self.policy = policy
    self.template = template
  }

  deinit { _ = writing.finish() }

  public func nextPause(after step: Int) -> Int? {
    policy.everySteps.map { (step / $0 + 1) * $0 }
  }

  public func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {
    guard let everySteps = policy.everySteps, trainer.state.step % everySteps == 0,
      trainer.state.stepInEpoch < plan.stepsPerEpoch
    else { return }
    try write(trainer, isBest: false)
  }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    let isBest = isBest(trainer.state.history)
    let isDue = trainer.state.epoch % policy.everyEpochs == 0
    let isStepDue = policy.everySteps.map { trainer.state.step % $0 == 0 } ?? false
    if isDue || isStepDue || isBest { try write(trainer, isBest: isBest) }
  }

  public func trainingDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    if copy?.state.step != trainer.state.step, trainer.state.step > template.snapshot.state.step {
      try write(trainer, isBest: false)
    }
    try finish()
  }

  private func write(_ trainer: Trainer, isBest: Bool) throws {
    try finish()
    let copy = self.copy ?? StateCopy(of: trainer)
    copy.update(from: trainer)
    self.copy = copy
    let (store, policy, template) = (store, policy, template)
    let (network, training) = (trainer.network, trainer.configuration)
    writing.start {
      Result {
        var checkpoint = template
        checkpoint.snapshot = copy.snapshot()
        return try store.write(
          checkpoint, network: network, training: training, keepLast: policy.keepLast, isBest: isBest)
      }
    }
  }

  /// Waits for the checkpoint that is being written.
  private func finish() throws { _ = try writing.finish()?.get() }

  /// Whether the last epoch is better than all before it, which the history tells: nothing else is remembered, so a
  /// resumed run knows it too.
  private func isBest(_ history: History) -> Bool {
    guard let metric = policy.keepBest, let last = history[metric].last, !last.isNaN else { return false }
    let earlier = history[metric].dropLast().filter { !$0.isNaN }
    // What is called a loss is better when it is smaller.
    let isLoss = metric.hasSuffix("loss")
    return earlier.allSatisfy { isLoss ? last < $0 : last > $0 }
  }
}
