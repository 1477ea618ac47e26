import Datasets
import DurableFiles
import Kernels
import NeuralNetwork
import SystemResources

/// Trains a model, evaluates it and computes predictions.
///
/// The final weights depend on the configuration, the data and the instruction set, never on the number of workers. A
/// trainer must be used from one thread at a time.
public final class Trainer {
  /// If no scale is configured, it is set from the first training data.
  public internal(set) var configuration: TrainingConfiguration
  /// The model with all shapes resolved.
  public let plan: ModelPlan
  /// The instruction set of the kernels.
  public let instructionSet: InstructionSet
  /// The progress of the run.
  public internal(set) var state: RunState
  /// Requests to the training loop from other threads.
  public var requests = RunRequests()
  /// Why the last training stopped before its last epoch; nil if it did not, or stopped at `maxSteps`.
  public internal(set) var stopReason: StopReason?
  /// The validation data of the training in progress.
  var validation: Dataset?
  /// How long the steps of the epoch, since it began or was resumed, waited for inputs to be decoded; nil if inputs are in
  /// memory or in mapped files.
  public internal(set) var secondsWaitedForInputs: Double?
  /// Called with warnings: problems that do not stop training.
  public var warning: (String) -> Void = { _ in }

  /// Whether logs of this run (`CSVLogger`) may replace existing ones of another run.
  public var replacesLogs = true
  /// Keeps replaced logs until a checkpoint is safe; nil to keep none.
  package var setAside: SetAsideFiles?

  /// The program of a training step.
  package var program: Program { programs.training }

  /// Whether variables have initial values that follow from the training data, which is not known yet.
  var awaitsTrainingData: Bool

  let programs: Programs
  /// The number of workers for which the work is divided into tasks: that of the team, but for a profile.
  let taskWorkers: Int
  let team: WorkerTeam
  let variables: Variables
  let kernels: KernelSet
  let memory: StepMemory

  /// - Parameters:
  ///   - inputShape: (height, width, channels) of an image, (height, width) or (values): see `Shape.accepts(_:)`.
  ///   - workerCount: the number of threads.
  /// - Throws: `ModelError` if the layers do not fit together, `TrainingError.tooLarge` if the model does not fit in
  ///   memory, `TrainingError.tooFewThreads` if the system does not allow enough threads.
  public convenience init(
    _ configuration: TrainingConfiguration, inputShape: Shape, workerCount: Int = AvailableCores.count(),
    instructionSet: InstructionSet = .bestSupported
  ) throws {
    try self.init(
      configuration, inputShape: inputShape, workerCount: workerCount, dividedFor: workerCount, recorder: nil,
      instructionSet: instructionSet)
  }

  /// - Parameters:
  ///   - dividedFor: the number of workers for which the work is divided into tasks.
  ///   - recorder: records the tasks of a single worker.
  /// - Throws: as the public initializer.
  init(
    _ configuration: TrainingConfiguration, inputShape: Shape, workerCount: Int, dividedFor taskWorkers: Int,
    recorder: TaskRecorder?, instructionSet: InstructionSet
  ) throws {
    precondition(workerCount > 0, "training needs 1 worker or more, got \(workerCount)")
    let kernels = instructionSet.kernels
    plan = try configuration.model.plan(inputShape: inputShape)
    var programs = try Programs(plan, kernels: kernels, loss: configuration.loss)
    let division = StepDivision.choose(configuration, &programs, workers: taskWorkers, available: Memory.available)
    self.taskWorkers = taskWorkers
    self.programs = programs
    self.configuration = configuration
    self.instructionSet = instructionSet
    self.kernels = kernels
    try MemoryEstimate(configuration, programs: programs, division: division, workerCount: workerCount).check()
    team = try WorkerTeam(count: workerCount, recorder: recorder)
    variables = Variables(
      plan: plan, optimizer: configuration.optimizer, foldedCount: programs.inference.foldedCount)
    memory = StepMemory(
      configuration: configuration, programs: programs, division: division, variables: variables, kernels: kernels,
      workerCount: workerCount)
    state = RunState(
      epoch: 0, step: 0, stepInEpoch: 0, learningRate: configuration.optimizer.learningRate,
      sums: RunningSums(count: configuration.sumCount(outputs: plan.outputShape.count)), epochSeconds: 0,
      history: History())
    awaitsTrainingData = plan.variables.contains { $0.specification.initializer is Whitening }
    programs.training.initializeVariables(variables.parameters, state: variables.state, seed: configuration.seed)
  }

  /// The loss and the metrics over the samples of the current epoch so far.
  package var runningResults: [(name: String, value: MetricValue)] {
    configuration.results(of: state.sums, outputs: plan.outputShape.count)
  }

  /// The number of worker threads.
  public var workerCount: Int { team.count }

  /// The number of workers that get samples in the passes of a step.
  package var workersWithSamples: Int {
    let sharding = BatchSharding(sampleCount: configuration.batchSize, shards: configuration.shards)
    return min(workerCount, memory.division.taskCount(sharding))
  }

  /// Ends training after the step or the epoch for which a callback was called. The first reason wins.
  public func stop(_ reason: StopReason) { stopReason = stopReason ?? reason }

  /// Sets the learning rate for subsequent steps.
  public func setLearningRate(_ rate: Float) {
    precondition(rate.isFinite && rate >= 0, "a learning rate must be finite and 0 or more, got \(rate)")
    state.learningRate = rate
  }

  // MARK: - Interrupt and resume

  /// A copy of the weights, in the order of `Snapshot.parameters`.
  public var weights: [Snapshot.Variable] { variables.readParameters(program) }

  /// Sets the weights, and leaves everything else unchanged.
  ///
  /// - Throws: `TrainingError.incompatibleSnapshot` if they belong to another model; nothing is changed then.
  public func setWeights(_ weights: [Snapshot.Variable]) throws {
    try variables.writeParameters(weights, program: program)
    awaitsTrainingData = false
  }

  /// Resumes from a snapshot of a run on `training`.
  ///
  /// - Throws: `TrainingError.incompatibleSnapshot` if it belongs to another model, or its counts do not match the data.
  public func restore(_ snapshot: Snapshot, of training: Dataset) throws {
    let steps = configuration.steps(of: training)
    let state = snapshot.state
    let (stepsOfEpochs, overflow) = state.epoch.multipliedReportingOverflow(by: steps)
    guard !overflow, state.stepInEpoch < steps, state.step - state.importedSteps - state.stepInEpoch == stepsOfEpochs
    else {
      throw TrainingError.incompatibleSnapshot(
        reason:
          "step \(state.step) is not \(state.stepInEpoch) steps after \(state.epoch) epochs of \(steps) steps")
    }
    try restore(snapshot)
  }

  /// A copy of the complete state of the run.
  public func snapshot() -> Snapshot {
    let copies = variables.read(program, slotCount: configuration.optimizer.slotNames.count)
    return Snapshot(state: state, parameters: copies.parameters, slots: copies.slots)
  }

  /// Resumes from a snapshot, as if the run had not been interrupted.
  ///
  /// - Throws: `TrainingError.incompatibleSnapshot` if it belongs to another model; nothing is changed then.
  public func restore(_ snapshot: Snapshot) throws {
    guard snapshot.state.sums.values.count == configuration.sumCount(outputs: plan.outputShape.count) else {
      throw TrainingError.incompatibleSnapshot(reason: "it was trained with other metrics")
    }
    try variables.write(
      snapshot, program: program, slotCount: configuration.optimizer.slotNames.count)
    state = snapshot.state
    awaitsTrainingData = false
  }
}
