import DurableFiles

/// The memory, time and disk space that a run would need, measured without writing anything.
package struct DryRun: Sendable {
  /// Peak memory of training in bytes, checkpoints and workers included.
  package let trainingBytes: Int
  /// The size of inputs and targets in bytes.
  package let dataBytes: Int
  /// The size of the last checkpoint file in bytes.
  package let checkpointBytes: Int
  /// Steps per epoch.
  package let stepsPerEpoch: Int
  /// The remaining steps of the run.
  package let stepsLeft: Int
  /// The number of measured steps; 0 if none are left.
  package let measuredSteps: Int
  /// Seconds per step.
  package let stepSeconds: Double
  /// Seconds per epoch of the validation, extrapolated from a part of it.
  package let validationSeconds: Double

  package var epochSeconds: Double { Double(stepsPerEpoch) * stepSeconds + validationSeconds }

  /// Seconds for the rest of the run.
  package var secondsLeft: Double {
    let epochs = (Double(stepsLeft) / Double(stepsPerEpoch)).rounded(.up)
    return Double(stepsLeft) * stepSeconds + epochs * validationSeconds
  }
}

extension TrainingRun {
  /// Measures a few steps. The run cannot be trained afterwards.
  ///
  /// - Parameter maxSteps: the run would stop once it has made this many steps in total.
  /// - Throws: `TrainingError` if the training fails, `CheckpointError.nonfinite`.
  package func measure(maxSteps: Int? = nil) throws -> DryRun {
    let image = try Checkpoint(of: record, snapshot: trainer.snapshot()).image(plan: trainer.plan)
    let training = configuration.training
    let arrays = training.arrayCount(outputs: trainer.plan.outputShape.count) * MemoryLayout<Double>.size
    let checkpointBytes = image.count + arrays * max(training.epochs - trainer.state.epoch, 0)
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

  /// The mean time of a step in seconds, after a few warm-up steps.
  private func stepSeconds(perEpoch steps: Int) throws -> (measured: Int, seconds: Double) {
    func time(_ count: Int) throws -> Double {
      let (target, started) = (trainer.state.step + count, ContinuousClock.now)
      try trainer.fit(data.train, epochs: Int.max, maxSteps: target)
      return (ContinuousClock.now - started) / .seconds(1)
    }
    let trial = try time(2) / 2
    // About half a second of steps.
    let count = max(2, min(steps, Int(0.5 / max(trial, 1e-6))))
    return (count, try time(count) / Double(count))
  }

  private func validationSeconds() throws -> Double {
    let count = min(data.validation.count, max(10 * configuration.training.batchSize, 1000))
    let part = data.validation.prefix(count)
    let started = ContinuousClock.now
    _ = try trainer.evaluate(part)
    let seconds = (ContinuousClock.now - started) / .seconds(1) * Double(data.validation.count) / Double(count)
    return seconds / Double(configuration.training.validationFrequency)
  }
}
