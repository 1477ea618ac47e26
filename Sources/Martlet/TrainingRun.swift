import DurableFiles

/// One training from start to finish, across interruptions: configuration, data, trainer and checkpoints together.
public final class TrainingRun {
  public let configuration: RunConfiguration
  public let data: DatasetSplits
  public let trainer: Trainer
  private let template: Checkpoint
  private let start: Start
  private let directory: RunDirectory
  private var isTaken = false

  /// Where a run begins.
  public enum Start: Equatable, Sendable {
    /// At the first step, in a directory that holds no run.
    case fresh
    /// At the first step; a run that the directory holds is removed.
    case overwriting
    /// Where the newest good checkpoint of the directory stands.
    case resuming
    /// Likewise, or at the first step if the directory holds no run.
    case resumingIfAny
    /// Where this checkpoint stands.
    case resumingFrom(String)
  }

  /// What a run needs from the machine it is on.
  public struct Surroundings: Sendable {
    public var dataset: DatasetContext
    public var workerCount: Int
    public var instructionSet: InstructionSet
    /// Is told of what a person should know: a checkpoint that was passed over.
    public var warning: @Sendable (String) -> Void

    public init(
      dataset: DatasetContext, workerCount: Int, instructionSet: InstructionSet,
      warning: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      self.dataset = dataset
      self.workerCount = workerCount
      self.instructionSet = instructionSet
      self.warning = warning
    }
  }

  /// Loads the data and makes everything ready for the first step.
  ///
  /// - Throws: `ConfigurationError`, `ModelError`, `DatasetError`, `TrainingError`, `CheckpointError`, `HDF5Error` or
  ///   `ResumeMismatch`. Nothing is written then.
  public init(_ configuration: RunConfiguration, start: Start, surroundings: Surroundings) throws {
    let directory = RunDirectory(configuration.checkpoints)
    let start = try start == .resumingIfAny ? (directory.holdsRun() ? .resuming : .fresh) : start
    let saved = try Self.saved(start, directory, warning: surroundings.warning)
    try saved.map { try configuration.checkResumes($0) }
    if start == .fresh { try directory.checkUnoccupied() }
    let data = try configuration.load(surroundings.dataset)
    try configuration.training.check(data.train)
    self.directory = directory
    trainer = try Trainer(
      configuration.training, inputShape: data.train.inputShape,
      workerCount: surroundings.workerCount, instructionSet: surroundings.instructionSet)
    trainer.warning = surroundings.warning
    try trainer.check(data.train, validation: data.test)
    self.configuration = configuration
    self.data = data
    let (train, validation) = (data.train.fingerprint, data.test.fingerprint)
    if let checkpoint = saved?.checkpoint {
      try Self.checkData(data.train, train, checkpoint.trainFingerprint)
      try Self.checkData(data.test, validation, checkpoint.validationFingerprint)
      try trainer.restore(checkpoint.snapshot(for: configuration), of: data.train)
      Self.warnOfOtherInstructionSet(checkpoint, trainer, surroundings.warning)
    }
    // Without the values, which each checkpoint brings with it: they would take memory for the whole run.
    template = Checkpoint(
      snapshot: Snapshot(state: trainer.state, parameters: [], slots: []), configuration: try configuration.yaml,
      inputShape: trainer.network.inputShape, instructionSet: "\(trainer.instructionSet)",
      seed: configuration.training.seed,
      trainFingerprint: train, validationFingerprint: validation)
    self.start = start
  }

  private static func saved(_ start: Start, _ directory: RunDirectory, warning: (String) -> Void) throws -> SavedRun? {
    switch start {
    case .fresh, .overwriting, .resumingIfAny:
      return nil
    case .resumingFrom(let path):
      let saved = try SavedRun(path: path)
      try directory.checkResumes(from: path, step: saved.checkpoint.snapshot.state.step)
      return saved
    case .resuming:
      let newest = try directory.newestGood { warning("passed over \($0)") }
      return try SavedRun(path: newest.path, checkpoint: newest.checkpoint)
    }
  }

  private static func checkData(_ dataset: Dataset, _ fingerprint: String, _ saved: String) throws {
    // A model that was imported, or saved by a program, does not say what data it has seen.
    guard fingerprint == saved || saved.isEmpty else {
      throw ResumeMismatch(
        key: "the data '\(dataset.name)'", checkpoint: "SHA-256 \(saved)", requested: "SHA-256 \(fingerprint)")
    }
  }

  private static func warnOfOtherInstructionSet(
    _ checkpoint: Checkpoint, _ trainer: Trainer, _ warning: (String) -> Void
  ) {
    let now = "\(trainer.instructionSet)"
    guard checkpoint.origin == nil, checkpoint.instructionSet != now else { return }
    warning(
      "the checkpoint was computed with the instruction set \(checkpoint.instructionSet), this run goes on with \(now): "
        + "the last bits of its weights may differ from those of an uninterrupted run. "
        + "\(InstructionSet.environmentVariable) forces an instruction set.")
  }

  /// Whether all epochs are done, or a callback found that no more are needed.
  public var isFinished: Bool {
    trainer.state.epoch >= configuration.training.epochs || trainer.state.hasStoppedEarly
  }

  /// Takes the directory of the checkpoints for this run. What it holds is not touched.
  ///
  /// - Throws: `FileError` if it cannot be written to, or another run is writing to it; `CheckpointError.occupied`.
  public func takeDirectory() throws {
    guard !isTaken else { return }
    try directory.take { [trainer] in trainer.warning("\($0)") }
    // Another run may have come and gone since the directory was looked at.
    if start == .fresh { try directory.checkUnoccupied() }
    isTaken = true
  }

  /// Trains, and writes checkpoints on the way and where it stops. `trainer.stopReason` says why it did.
  ///
  /// - Parameters:
  ///   - maxSteps: stops once the run has made this many steps in all.
  ///   - deadline: stops so early that the last checkpoint is written by then.
  ///   - callbacks: are called behind those of the configuration, and before a checkpoint is written.
  ///   - report: is told what became of each checkpoint.
  /// - Throws: `TrainingError`, what a callback throws, `CheckpointError.notSaved` if the last state is on no disk.
  public func run(
    maxSteps: Int? = nil, deadline: ContinuousClock.Instant? = nil, callbacks: [any Callback] = [],
    report: @escaping (CheckpointEvent) -> Void = { _ in }
  ) throws {
    try takeDirectory()
    try directory.prepare(startingAt: trainer.state.step, overwrite: start == .overwriting)
    let checkpoints = CheckpointCallback(
      policy: configuration.checkpoints, template: template, directory: directory, report: report)
    // Also when the training fails, the checkpoint that is being written becomes whole.
    defer { checkpoints.finish(trainer) }
    let limit = deadline.map { [TimeLimit(deadline: $0, checkpoints: checkpoints)] } ?? []
    let all: [any Callback] = configuration.callbacks + callbacks + limit + [checkpoints]
    try trainer.fit(data.train, validation: data.test, maxSteps: maxSteps, callbacks: all)
  }
}

extension RunConfiguration {
  /// The data that the run learns from and is judged by.
  ///
  /// - Throws: `ConfigurationError` if it names none, `DatasetError` or `FileError` if it cannot be had.
  func load(_ context: DatasetContext) throws -> DatasetSplits {
    guard let source else { throw ConfigurationError(.missingKey(key: "dataset"), path: "data") }
    return try source.load(context)
  }
}

extension Dataset {
  /// The shape of a sample, as a model takes it.
  var inputShape: Shape { [shape.height, shape.width, shape.channels] }
}
