import Datasets
import NeuralNetwork

extension Trainer {
  /// The longest time between calls of callbacks, besides a step.
  private static let burstDuration = Duration.milliseconds(50)

  /// Trains up to the configured number of epochs, from where `state` stands.
  ///
  /// - Parameters:
  ///   - validation: evaluated after each epoch, if given.
  ///   - epochs: the epochs of the whole run, those that are done included; the configuration's if nil.
  ///   - maxSteps: stops once the run has made this many steps in all, also within an epoch.
  /// - Throws: `TrainingError` if the data does not fit the model, and what a callback throws.
  public func fit(
    _ training: Dataset, validation: Dataset? = nil, epochs: Int? = nil, maxSteps: Int? = nil,
    callbacks: [any Callback] = []
  ) throws {
    try check(training, validation: validation)
    configuration.scale = configuration.scale(for: training.input)
    let plan = FitPlan(
      epochs: epochs ?? configuration.epochs, stepsPerEpoch: configuration.steps(of: training), maxSteps: maxSteps)
    var order = SampleOrder(count: training.count)

    if let warning = configuration.outputWarning(program) { self.warning(warning) }
    stopReason = nil
    for callback in callbacks { try callback.trainingWillBegin(self, plan) }
    while state.epoch < plan.epochs, !shallStop(plan) {
      order.update(seed: configuration.seed, epoch: state.epoch, shuffle: configuration.shuffle)
      for callback in callbacks { try callback.epochWillBegin(self, plan) }
      try trainEpoch(training, order: order, plan: plan, callbacks: callbacks)
      guard state.stepInEpoch == plan.stepsPerEpoch else { break }
      try endEpoch(validation: validation)
      for callback in callbacks { try callback.epochDidEnd(self, plan) }
    }
    for callback in callbacks { try callback.trainingDidEnd(self, plan) }
  }

  /// - Throws: `TrainingError` if the model cannot be trained on the data.
  public func check(_ training: Dataset, validation: Dataset?) throws {
    try plan.checkTrains()
    try training.check(fits: plan, configuration.loss)
    try validation?.check(fits: plan, configuration.loss)
    try configuration.check(training)
  }

  private func shallStop(_ plan: FitPlan) -> Bool {
    if let signal = requests.endingSignal { stop(.signal(signal)) }
    return stopReason != nil || plan.maxSteps.map { state.step >= $0 } ?? false
  }

  /// Makes the remaining steps of the epoch, as many of them as `plan` allows.
  private func trainEpoch(_ training: Dataset, order: SampleOrder, plan: FitPlan, callbacks: [any Callback]) throws {
    try training.withSamples(order: order, scale: configuration.scale(for: training.input)) { samples in
      let clock = EpochClock(secondsBefore: state.epochSeconds)
      while state.stepInEpoch < plan.stepsPerEpoch, !shallStop(plan) {
        let steps = TrainStep(
          configuration, memory: memory, samples: samples, state: state, limit: limit(plan, callbacks))
        team.perform(steps)
        state = steps.state
        state.epochSeconds = clock.seconds
        let losses = steps.losses + (try steps.nonfinite.map { [try skip($0, plan)] } ?? [])
        for callback in callbacks { try callback.stepsDidEnd(self, plan, losses: losses) }
      }
    }
  }

  /// Counts a batch whose loss is no number as a step that changed nothing.
  ///
  /// - Returns: its loss.
  /// - Throws: `TrainingError.nonfiniteLoss` if the run is not to skip it, `.nothingLearned` if all of the epoch were so.
  private func skip(_ batch: NonfiniteBatch, _ plan: FitPlan) throws -> Float {
    guard configuration.onNonfinite == .skip else { throw TrainingError.nonfiniteLoss(batch) }
    state.step += 1
    state.stepInEpoch += 1
    if state.stepInEpoch == plan.stepsPerEpoch, state.sums.samples == 0 {
      throw TrainingError.nothingLearned(epoch: state.epoch + 1)
    }
    warning("\(batch) It was skipped.")
    return batch.loss
  }

  /// How many steps to make before callbacks are called: as many as they allow, but not for long, so that what they show
  /// is the present state.
  private func limit(_ plan: FitPlan, _ callbacks: [any Callback]) -> StepLimit {
    let pauses = callbacks.compactMap { $0.nextPause(after: state.step) } + (plan.maxSteps.map { [$0] } ?? [])
    let end = state.step + plan.stepsPerEpoch - state.stepInEpoch
    return StepLimit(
      steps: (pauses + [end]).reduce(end, min) - state.step, deadline: .now + Self.burstDuration,
      requests: requests)
  }

  /// Validates, and closes the epoch in the history.
  private func endEpoch(validation: Dataset?) throws {
    let clock = EpochClock(secondsBefore: state.epochSeconds)
    var values: [String: Double] = ["learning_rate": Double(state.learningRate)]
    for (name, mean) in zip(configuration.sumNames, state.sums.means) { values[name] = mean }
    if let validation {
      for (name, value) in try evaluate(validation).values { values["val_\(name)"] = value }
    }
    values["seconds"] = clock.seconds
    state.history.append(values)
    state.epoch += 1
    state.stepInEpoch = 0
    state.sums = RunningSums(count: configuration.sumNames.count)
    state.epochSeconds = 0
  }
}

extension TrainingConfiguration {
  /// - Throws: `TrainingError.batchLargerThanData`.
  public func check(_ training: Dataset) throws {
    guard batchSize <= training.count else {
      throw TrainingError.batchLargerThanData(
        batchSize: batchSize, dataset: training.name, samples: training.count)
    }
  }

  /// What is likely a mistake: a loss of probabilities behind a layer that gives none.
  func outputWarning(_ program: Program) -> String? {
    guard !program.isLogits, !loss.fromLogits, let activation = probabilityActivation(program) else { return nil }
    return "the last layer is no \(activation), and \(type(of: loss).name) takes its outputs for probabilities. "
      + "End the model with a \(activation), or say that they are logits (compile.loss: "
      + "{name: \(type(of: loss).name), from_logits: true})."
  }

  /// The activation that the last layer lacks; nil if its outputs can be what the loss takes.
  private func probabilityActivation(_ program: Program) -> ActivationFunction? {
    if type(of: loss).targets == .classes { return .softmax }
    guard loss is BinaryCrossentropy else { return nil }
    let last = program.plan.nodes.last?.layer
    let activation = (last as? Dense)?.activation ?? (last as? Conv2D)?.activation ?? (last as? Activation)?.activation
    return activation == .linear || activation == .relu || activation == .tanh ? .sigmoid : nil
  }

  /// The steps of an epoch.
  public func steps(of training: Dataset) -> Int { (training.count + batchSize - 1) / batchSize }
}

/// Seconds of an epoch, across cuts.
struct EpochClock {
  private let secondsBefore: Double
  private let started = ContinuousClock.now

  init(secondsBefore: Double) { self.secondsBefore = secondsBefore }

  var seconds: Double { secondsBefore + (ContinuousClock.now - started) / .seconds(1) }
}
