import NeuralNetwork

/// Runs consecutive training steps phase by phase. A step allocates nothing.
final class TrainStep: PhasedWork, @unchecked Sendable {
  // Sendable: what `beginPhase` writes is read-only until all tasks are done; each task writes its own part of memory.
  private let configuration: TrainingConfiguration
  private let memory: StepMemory
  private let phases: [any StepPhase]
  /// The samples of the current pass over the data, in its order.
  private let samples: SampleStream
  private let limit: StepLimit

  /// The progress of the run.
  private(set) var state: RunState
  /// The mean loss of each batch.
  private(set) var losses: [Float] = []
  /// The batch that ended the steps with a loss that is not finite. Its step was not made.
  private(set) var nonfinite: NonfiniteBatch?
  /// The error that ended the steps: an input of the next batch cannot be decoded.
  private(set) var failure: (any Error)?
  private var step: CurrentStep
  /// The index of the current phase; nil between steps.
  private var phase: Int?

  /// - Parameters:
  ///   - state: the state before the first step; its epoch and its pass over the data have steps left.
  ///   - limit: when to return. The end of the pass is always a limit.
  /// - Throws: `DatasetError` or `FileError` if an input of the first batch cannot be decoded.
  init(
    _ configuration: TrainingConfiguration, memory: StepMemory, samples: SampleStream, state: RunState, limit: StepLimit
  ) throws {
    self.configuration = configuration
    self.memory = memory
    self.samples = samples
    self.state = state
    self.limit = limit
    phases = memory.phases
    step = try CurrentStep(configuration, samples, state, mixing: memory.mixing)
    self.state.learningRate = step.learningRate
    losses.reserveCapacity(limit.steps)
    // The trainer shares the storage of the sums: copy it now, not when the first step adds to them.
    self.state.sums.values.reserveCapacity(state.sums.values.count)
  }

  var phaseName: String { phase.map { phases[$0].name } ?? "" }

  func run(task: Int, worker: Int) {
    guard let phase else { preconditionFailure("a task ran between two steps") }
    phases[phase].run(task: task, worker: worker, step)
  }

  func beginPhase() -> Int? {
    if let finished = phase {
      guard phases[finished].finish(step) else {
        nonfinite = NonfiniteBatch(step, state, loss: memory.loss(of: step))
        return nil
      }
      phase = finished + 1 < phases.count ? finished + 1 : endStep()
    } else {
      phase = 0
    }
    return phase.map { phases[$0].taskCount(step) }
  }

  /// Counts the completed step and prepares the next one.
  ///
  /// - Returns: the first phase of the next step; nil to stop.
  private func endStep() -> Int? {
    memory.finishStep(step)
    losses.append(state.sums.add(memory.sums, samples: step.batch.count))
    state.step += 1
    state.stepInEpoch += 1
    let isPassOver = configuration.position(state, samples: samples.count).batch == 0
    guard !isPassOver, !limit.isReached(after: losses.count) else { return nil }
    do { step = try CurrentStep(configuration, samples, state, mixing: memory.mixing) } catch {
      failure = error
      return nil
    }
    state.learningRate = step.learningRate
    return 0
  }
}
