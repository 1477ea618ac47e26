import Datasets
import DurableFiles
import Kernels
import Machine
import NeuralNetwork

/// Trains a model, evaluates it, asks it for predictions.
///
/// The weights it ends with depend on its configuration, the data and the instruction set, never on the number of
/// workers. A trainer belongs to one thread at a time.
public final class Trainer {
  /// Its scale is that of the first data that the model was trained on, if none was given.
  public internal(set) var configuration: TrainingConfiguration
  /// The model with its shapes known.
  public let plan: ModelPlan
  public let instructionSet: InstructionSet
  public internal(set) var state: RunState
  /// What others ask of the training while it runs.
  public var requests = RunRequests()
  /// Why the last training stopped before its last epoch; nil if it did not, or because of `maxSteps`.
  public internal(set) var stopReason: StopReason?
  /// Is told of what a person should know, and the training survives.
  public var warning: (String) -> Void = { _ in }

  /// Whether logs of the training (`CSVLogger`) may replace those of another one that are in their place.
  public var replacesLogs = true
  /// Keeps the logs that are replaced until a checkpoint is safe; nil if nothing is kept.
  package var setAside: SetAsideFiles?

  /// What computes a step.
  package var program: Program { programs.training }

  let programs: Programs
  let team: WorkerTeam
  let variables: Variables
  let kernels: KernelSet
  let memory: StepMemory

  /// - Parameters:
  ///   - inputShape: (height, width, channels) of an image, (height, width) or (values): see `Shape.accepts(_:)`.
  ///   - workerCount: the threads to compute on.
  /// - Throws: `ModelError` if the layers do not fit together, `TrainingError.tooLarge` if the model does not fit the
  ///   machine, `TrainingError.tooFewThreads` if it has no threads for the workers.
  public init(
    _ configuration: TrainingConfiguration, inputShape: Shape, workerCount: Int = AvailableCores.count(),
    instructionSet: InstructionSet = .bestSupported
  ) throws {
    precondition(workerCount > 0, "training needs 1 worker or more, got \(workerCount)")
    let kernels = instructionSet.kernels
    plan = try configuration.model.plan(inputShape: inputShape)
    programs = try Programs(plan, kernels: kernels, loss: configuration.loss)
    self.configuration = configuration
    self.instructionSet = instructionSet
    self.kernels = kernels
    let groups = ShardGroups(configuration, programs.training, workers: workerCount)
    try MemoryNeeds(configuration, programs: programs, groups: groups, workerCount: workerCount).check()
    team = try WorkerTeam(count: workerCount)
    variables = Variables(
      plan: plan, optimizer: configuration.optimizer, foldedCount: programs.inference.foldedCount)
    memory = StepMemory(
      configuration: configuration, programs: programs, groups: groups, variables: variables, kernels: kernels,
      workerCount: workerCount)
    state = RunState(
      epoch: 0, step: 0, stepInEpoch: 0, learningRate: configuration.optimizer.learningRate,
      sums: RunningSums(count: configuration.sumNames.count), epochSeconds: 0, history: History())
    programs.training.initializeVariables(variables.parameters, state: variables.state, seed: configuration.seed)
  }

  public var workerCount: Int { team.count }

  /// Ends the training after the step or the epoch that a callback was called for. The first reason counts.
  public func stop(_ reason: StopReason) { stopReason = stopReason ?? reason }

  /// Goes on with another learning rate, until somebody changes it again.
  public func setLearningRate(_ rate: Float) {
    precondition(rate.isFinite && rate >= 0, "\(rate) is no learning rate")
    state.learningRate = rate
  }

  // MARK: - Cut and go on

  /// A copy of the weights, as `Snapshot.parameters` has them.
  public var weights: [Snapshot.Variable] { variables.readParameters(program) }

  /// Takes over weights, and leaves everything else as it is.
  ///
  /// - Throws: `TrainingError.foreignSnapshot` if they are of another model; nothing is changed then.
  public func setWeights(_ weights: [Snapshot.Variable]) throws {
    try variables.writeParameters(weights, program: program)
  }

  /// Goes on from a snapshot of a training on `training`.
  ///
  /// - Throws: `TrainingError.foreignSnapshot` if it is of another model, or its counts do not fit the data.
  public func restore(_ snapshot: Snapshot, of training: Dataset) throws {
    let steps = configuration.steps(of: training)
    let state = snapshot.state
    let (stepsOfEpochs, overflow) = state.epoch.multipliedReportingOverflow(by: steps)
    guard !overflow, state.stepInEpoch < steps, state.step - state.stepsBefore - state.stepInEpoch == stepsOfEpochs
    else {
      throw TrainingError.foreignSnapshot(
        reason:
          "step \(state.step) is not \(state.stepInEpoch) steps behind \(state.epoch) epochs of \(steps) steps")
    }
    try restore(snapshot)
  }

  /// A copy of all that the run needs to go on.
  public func snapshot() -> Snapshot {
    let copies = variables.read(program, slotCount: configuration.optimizer.slotNames.count)
    return Snapshot(state: state, parameters: copies.parameters, slots: copies.slots)
  }

  /// Goes on from a snapshot, as if the run had never been cut.
  ///
  /// - Throws: `TrainingError.foreignSnapshot` if it is of another model; nothing is changed then.
  public func restore(_ snapshot: Snapshot) throws {
    guard snapshot.state.sums.values.count == configuration.sumNames.count else {
      throw TrainingError.foreignSnapshot(reason: "it was trained with other metrics")
    }
    try variables.write(
      snapshot, program: program, slotCount: configuration.optimizer.slotNames.count)
    state = snapshot.state
  }
}
