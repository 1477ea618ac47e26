import DurableFiles

/// What a run would take and write, measured without writing anything.
package struct DryRun: Sendable {
  /// The bytes that the training takes for its numbers at most, checkpoints and workers included.
  package let trainingBytes: Int
  /// The bytes of inputs and targets.
  package let dataBytes: Int
  /// The bytes of a checkpoint's file.
  package let checkpointBytes: Int
  /// The steps of an epoch.
  package let stepsPerEpoch: Int
  /// The steps that the run has left to make.
  package let stepsLeft: Int
  /// The steps that were made to measure one; 0 if none is left to make.
  package let measuredSteps: Int
  /// Seconds for a step.
  package let stepSeconds: Double
  /// Seconds for the validation at the end of an epoch, worked out from a part of it.
  package let validationSeconds: Double

  package var epochSeconds: Double { Double(stepsPerEpoch) * stepSeconds + validationSeconds }

  /// Seconds for what the run has left to do.
  package var secondsLeft: Double {
    let epochs = (Double(stepsLeft) / Double(stepsPerEpoch)).rounded(.up)
    return Double(stepsLeft) * stepSeconds + epochs * validationSeconds
  }
}

extension TrainingRun {
  /// Makes some steps of a run, which is of no use for training afterwards, and measures them.
  ///
  /// - Parameter maxSteps: the run would stop once it has made this many steps in all.
  /// - Throws: `TrainingError` if the training fails, `CheckpointError.nonfinite`.
  package func measure(maxSteps: Int? = nil) throws -> DryRun {
    var checkpoint = template
    checkpoint.snapshot = trainer.snapshot()
    let checkpointBytes = try checkpoint.bytes(plan: trainer.plan, training: configuration.training).count
    let steps = configuration.training.steps(of: data.train)
    let stepsLeft = stepsLeft(perEpoch: steps, maxSteps: maxSteps)
    let validationSeconds = try validationSeconds()
    let (measured, seconds) = stepsLeft > 0 ? try stepSeconds(perEpoch: steps) : (0, 0)
    return DryRun(
      trainingBytes: trainer.memoryNeeds, dataBytes: data.byteCount,
      checkpointBytes: checkpointBytes, stepsPerEpoch: steps, stepsLeft: stepsLeft, measuredSteps: measured,
      stepSeconds: seconds, validationSeconds: validationSeconds)
  }

  private func stepsLeft(perEpoch steps: Int, maxSteps: Int?) -> Int {
    guard !isFinished else { return 0 }
    let state = trainer.state
    let all = (configuration.training.epochs - state.epoch) * steps - state.stepInEpoch
    return maxSteps.map { min(all, max($0 - state.step, 0)) } ?? all
  }

  /// The mean time of some steps, after a few that warm everything up.
  private func stepSeconds(perEpoch steps: Int) throws -> (measured: Int, seconds: Double) {
    func time(_ count: Int) throws -> Double {
      let (target, started) = (trainer.state.step + count, ContinuousClock.now)
      try trainer.fit(data.train, epochs: Int.max, maxSteps: target)
      return (ContinuousClock.now - started) / .seconds(1)
    }
    let trial = try time(2) / 2
    // About half a second of them.
    let count = max(2, min(steps, Int(0.5 / max(trial, 1e-6))))
    return (count, try time(count) / Double(count))
  }

  private func validationSeconds() throws -> Double {
    let count = min(data.validation.count, max(10 * configuration.training.batchSize, 1000))
    let part = data.validation.prefix(count)
    let started = ContinuousClock.now
    _ = try trainer.evaluate(part)
    return (ContinuousClock.now - started) / .seconds(1) * Double(data.validation.count) / Double(count)
  }
}
