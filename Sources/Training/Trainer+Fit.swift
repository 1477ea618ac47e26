import Datasets
import NeuralNetwork

extension Trainer {
  /// The maximum time between calls of callbacks, plus a step.
  private static let burstDuration = Duration.milliseconds(50)

  /// Trains up to the configured number of epochs, starting from `state`.
  ///
  /// - Parameters:
  ///   - validation: evaluated after each epoch, if given.
  ///   - epochs: the total epochs of the run, including completed ones; the configuration's if nil.
  ///   - maxSteps: stops once the run has made this many steps in total, also within an epoch.
  /// - Throws: `TrainingError` if the data does not fit the model, and errors of callbacks.
  public func fit(
    _ training: Dataset, validation: Dataset? = nil, epochs: Int? = nil, maxSteps: Int? = nil,
    callbacks: [any Callback] = []
  ) throws {
    try check(training, validation: validation)
    // A run that has begun keeps its names: earlier versions accepted some that match nothing.
    if state.step == state.importedSteps { try configuration.checkVariableNames(plan) }
    configuration.scale = configuration.scale(for: training.input)
    let plan = FitPlan(
      epochs: epochs ?? configuration.epochs, stepsPerEpoch: configuration.steps(of: training), maxSteps: maxSteps)
    var order = SampleOrder(count: training.count)
    if awaitsTrainingData { try initializeWeights(from: training) }

    if let warning = configuration.outputWarning(program) { self.warning(warning) }
    stopReason = nil
    self.validation = validation
    defer { self.validation = nil }
    try leaveAverages(plan)
    for callback in callbacks { try callback.trainingWillBegin(self, plan) }
    while state.epoch < plan.epochs, !shouldStop(plan) {
      for callback in callbacks { try callback.epochWillBegin(self, plan) }
      try trainEpoch(training, order: &order, plan: plan, callbacks: callbacks)
      guard state.stepInEpoch == plan.stepsPerEpoch else { break }
      try endEpoch(validation: validation)
      for callback in callbacks { try callback.epochDidEnd(self, plan) }
    }
    try takeAverages(plan)
    for callback in callbacks { try callback.trainingDidEnd(self, plan) }
  }

  /// Checks that the model can be trained on the data.
  ///
  /// - Throws: `TrainingError` if not.
  public func check(_ training: Dataset, validation: Dataset?) throws {
    try plan.checkTrains()
    try training.check(fits: plan, configuration.loss)
    try validation?.check(fits: plan, configuration.loss)
    try configuration.check(training)
    try configuration.checkMixing(training, input: plan.inputShape)
  }

  private func shouldStop(_ plan: FitPlan) -> Bool {
    if let signal = requests.endingSignal { stop(.signal(signal)) }
    return stopReason != nil || plan.maxSteps.map { state.step >= $0 } ?? false
  }

  /// Makes the remaining steps of the epoch that `plan` allows, pass after pass over the data.
  private func trainEpoch(
    _ training: Dataset, order: inout SampleOrder, plan: FitPlan, callbacks: [any Callback]
  ) throws {
    secondsWaitedForInputs = nil
    while state.stepInEpoch < plan.stepsPerEpoch, !shouldStop(plan) {
      let pass = configuration.position(state, samples: training.count).pass
      order.update(seed: configuration.seed, epoch: pass, shuffle: configuration.shuffle)
      try trainPass(pass, training, order: order, plan: plan, callbacks: callbacks)
    }
  }

  /// Makes the steps of the epoch that are in a pass over the data.
  private func trainPass(
    _ pass: Int, _ training: Dataset, order: SampleOrder, plan: FitPlan, callbacks: [any Callback]
  ) throws {
    let waitedBefore = secondsWaitedForInputs ?? 0
    func position() -> (pass: Int, batch: Int) { configuration.position(state, samples: training.count) }
    try training.withSamples(
      order: order, scale: configuration.scale(for: training.input), window: configuration.batchSize,
      firstWindow: position().batch, workerCount: workerCount
    ) { samples in
      let clock = EpochClock(secondsBefore: state.epochSeconds)
      while state.stepInEpoch < plan.stepsPerEpoch, position().pass == pass, !shouldStop(plan) {
        let steps = try TrainStep(
          configuration, memory: memory, samples: samples, state: state, limit: limit(plan, callbacks))
        team.perform(steps)
        state = steps.state
        state.epochSeconds = clock.seconds
        secondsWaitedForInputs = samples.secondsWaited.map { waitedBefore + $0 }
        if let failure = steps.failure { throw failure }
        let losses = steps.losses + (try steps.nonfinite.map { [try skip($0, plan)] } ?? [])
        for callback in callbacks { try callback.stepsDidEnd(self, plan, losses: losses) }
      }
    }
  }

  /// Counts a batch with a nonfinite loss as a step that changed nothing.
  ///
  /// - Returns: its loss.
  /// - Throws: `TrainingError.nonfiniteLoss` unless such batches are skipped, `.allBatchesNonfinite` if all of the epoch
  ///   were.
  private func skip(_ batch: NonfiniteBatch, _ plan: FitPlan) throws -> Float {
    guard configuration.onNonfinite == .skip else { throw TrainingError.nonfiniteLoss(batch) }
    // The first step starts the moving averages: they are the weights, which it did not change.
    if state.step == 0, configuration.optimizer.updateOptions.movingAverage != nil {
      variables.copyParameters(toSlot: 0)
    }
    state.step += 1
    state.stepInEpoch += 1
    if state.stepInEpoch == plan.stepsPerEpoch, state.sums.samples == 0 {
      throw TrainingError.allBatchesNonfinite(epoch: state.epoch + 1)
    }
    warning("\(batch) It was skipped.")
    return batch.loss
  }

  /// The number of steps before callbacks are called: as many as they allow, but for a limited time, so that their
  /// output is current.
  private func limit(_ plan: FitPlan, _ callbacks: [any Callback]) -> StepLimit {
    let pauses = callbacks.compactMap { $0.nextPause(after: state.step) } + (plan.maxSteps.map { [$0] } ?? [])
    let end = state.step + plan.stepsPerEpoch - state.stepInEpoch
    return StepLimit(
      steps: (pauses + [end]).reduce(end, min) - state.step, deadline: .now + Self.burstDuration,
      requests: requests)
  }

  /// Validates, and appends the epoch to the history.
  private func endEpoch(validation: Dataset?) throws {
    let clock = EpochClock(secondsBefore: state.epochSeconds)
    var values = ["learning_rate": MetricValue(Double(state.learningRate))]
    for (name, value) in runningResults { values[name] = value }
    if let validation, configuration.validates(afterEpoch: state.epoch + 1) {
      for (name, value) in try evaluate(validation).results { values["val_\(name)"] = value }
    }
    values["seconds"] = MetricValue(clock.seconds)
    state.history.append(values)
    state.epoch += 1
    state.stepInEpoch = 0
    state.sums = RunningSums(count: state.sums.values.count)
    state.epochSeconds = 0
  }
}

extension TrainingConfiguration {
  /// A warning about a likely mistake: a loss on probabilities after a layer that does not compute them.
  func outputWarning(_ program: Program) -> String? {
    guard !program.isLogits, !loss.fromLogits, let activation = probabilityActivation(program) else { return nil }
    return "the last layer is not a \(activation), but \(type(of: loss).name) expects probabilities. "
      + "End the model with a \(activation), or declare its outputs as logits (compile.loss: "
      + "{name: \(type(of: loss).name), from_logits: true})."
  }

  /// The missing activation of the last layer; nil if its outputs suit the loss.
  private func probabilityActivation(_ program: Program) -> ActivationFunction? {
    let activation = program.plan.outputActivation
    if type(of: loss).targets == .classes { return activation == .softmax ? nil : .softmax }
    guard loss.isOverIndependentProbabilities else { return nil }
    return activation == .linear || activation == .relu || activation == .tanh ? .sigmoid : nil
  }
}
