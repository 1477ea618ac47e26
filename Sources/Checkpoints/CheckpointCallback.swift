import Training

/// Writes checkpoints while a run goes on: at the ends of epochs, every so many steps, and where the run stops.
public final class CheckpointCallback: Callback {
  private let store: CheckpointStore
  private let policy: CheckpointPolicy
  private let template: Checkpoint
  private var writtenStep: Int?

  /// - Parameter template: a checkpoint of the run whose snapshot is replaced by the present one at each write.
  public init(policy: CheckpointPolicy, template: Checkpoint) {
    store = CheckpointStore(directory: policy.directory)
    self.policy = policy
    self.template = template
  }

  /// Moves the links, in case the run was cut between a checkpoint and them.
  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws {
    let isBest = trainer.state.stepInEpoch == 0 && isBest(trainer.state.history)
    try store.moveLinks(step: trainer.state.step, isBest: isBest)
  }

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
    if writtenStep != trainer.state.step, trainer.state.step > template.snapshot.state.step {
      try write(trainer, isBest: false)
    }
  }

  private func write(_ trainer: Trainer, isBest: Bool) throws {
    var checkpoint = template
    checkpoint.snapshot = trainer.snapshot()
    try store.write(
      checkpoint, network: trainer.network, training: trainer.configuration, keepLast: policy.keepLast, isBest: isBest)
    writtenStep = trainer.state.step
  }

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
