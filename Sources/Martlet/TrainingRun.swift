import DurableFiles
import SystemResources

/// One training from start to finish, across interruptions: configuration, data, trainer and checkpoints together.
public final class TrainingRun {
  /// The configuration, with the scale of the data resolved.
  public let configuration: RunConfiguration
  /// Training, validation and test data.
  public let data: DatasetSplits
  /// The trainer; set its `requests` before `run` to stop it from outside.
  public let trainer: Trainer
  /// The file of the initial weights; nil for random ones.
  public let initialWeights: String?
  let record: RunRecord
  private let start: Start
  private let directory: RunDirectory
  private let deadline: ContinuousClock.Instant?
  /// The path of the checkpoint that the run resumed from; nil for a new run.
  public private(set) var resumedFrom: String?

  /// Where a run starts.
  public enum Start: Equatable, Sendable {
    /// At the first step, in a directory that holds no run.
    case fresh
    /// At the first step; a run that the directory holds is removed once the first checkpoint is safe.
    case overwriting
    /// At the newest good checkpoint of the directory.
    case resuming
    /// Likewise, or at the first step if the directory holds no run.
    case resumingIfAny
    /// At this checkpoint.
    case resumingFrom(String)
  }

  /// The environment of a run: machine settings, deadline and notifications.
  public struct Environment: Sendable {
    /// Where data sets are found.
    public var dataset: DatasetContext
    /// The number of worker threads.
    public var workerCount: Int
    /// The instruction set of the kernels.
    public var instructionSet: InstructionSet
    /// When the last checkpoint must be written: the run stops in time for it.
    public var deadline: ContinuousClock.Instant?
    /// Whether to write nothing and acquire no lock: the run is only measured.
    public var isDryRun = false
    /// Called with warnings, such as a checkpoint that was skipped.
    public var warning: @Sendable (String) -> Void
    /// Called once the run's directory is locked: from then on the run's files may be written.
    public var didLockDirectory: @Sendable () -> Void

    /// Creates an environment; by default that of this process, with all available cores.
    public init(
      dataset: DatasetContext = .current, workerCount: Int = AvailableCores.count(),
      instructionSet: InstructionSet = .bestSupported,
      deadline: ContinuousClock.Instant? = nil, warning: @escaping @Sendable (String) -> Void = { _ in },
      didLockDirectory: @escaping @Sendable () -> Void = {}
    ) {
      self.dataset = dataset
      self.workerCount = workerCount
      self.instructionSet = instructionSet
      self.deadline = deadline
      self.warning = warning
      self.didLockDirectory = didLockDirectory
    }
  }

  /// Locks the checkpoint directory, loads the data and prepares the first step.
  ///
  /// The contents of the directory are not changed, and a missing directory is created only once everything else is
  /// ready.
  ///
  /// - Parameters:
  ///   - data: data in memory, instead of the configuration's `source`. With a `validationSplit` and no validation data
  ///     of its own, its training data is split.
  ///   - initialWeights: the file of the initial weights of a new run, instead of random ones; not read by a resumed run.
  /// - Throws: `ConfigurationError`, `ModelError`, `DatasetError`, `TrainingError`, `CheckpointError`, `HDF5Error`,
  ///   `ModelFileError` or `ResumeMismatch`; `FileError` also if another run has locked the directory.
  public init(
    _ configuration: RunConfiguration, start: Start, data: DatasetSplits? = nil, initialWeights path: String? = nil,
    environment: Environment = Environment()
  ) throws {
    self.start = start
    directory = RunDirectory(configuration.checkpoints)
    if start == .fresh { try directory.checkUnoccupied() }
    // Locked before it is read: a run that holds the lock may still write checkpoints.
    if environment.isDryRun { try directory.checkTakeable() }
    if directory.exists, !environment.isDryRun { try Self.take(directory, environment) }
    let saved = try Self.saved(configuration, start, directory, environment)
    let weights = saved == nil ? try path.map(InitialWeights.init(path:)) : nil
    initialWeights = saved == nil ? path : saved?.run.initialWeights
    let data = try data.map(configuration.split) ?? configuration.load(environment.dataset)
    self.data = data
    let configuration = try Self.resolved(configuration, data, saved)
    self.configuration = configuration
    try configuration.training.check(data.train)
    // An imported model may expect flattened images.
    trainer = try Trainer(
      configuration.training, inputShape: saved?.run.inputShape ?? data.train.shape,
      workerCount: environment.workerCount, instructionSet: environment.instructionSet)
    trainer.warning = environment.warning
    trainer.replacesLogs = start == .overwriting
    trainer.setAside = start == .overwriting ? SetAsideFiles() : nil
    if let saved {
      try Self.checkData(data, saved.run)
    } else {
      try configuration.training.checkVariableNames(trainer.plan)
    }
    try trainer.check(data.train, validation: data.validation)
    if data.hasTest, data.hasOwnValidation { try trainer.check(data.train, validation: data.test) }
    if let weights {
      try Self.begin(trainer, with: weights, environment.warning)
    } else if saved == nil {
      try trainer.initializeWeights(from: data.train)
    }
    record = Self.record(configuration, data, trainer, initialWeights)
    deadline = environment.deadline
    if let saved { try resume(from: saved, environment.warning) }
    if let deadline, !isFinished { try TimeLimit.check(deadline, trainer) }
    if !directory.isTaken, !environment.isDryRun { try takeMissingDirectory(environment) }
  }

  /// What the run's checkpoints have in common.
  private static func record(
    _ configuration: RunConfiguration, _ data: DatasetSplits, _ trainer: Trainer, _ initialWeights: String?
  ) -> RunRecord {
    var record = RunRecord(
      configuration, inputShape: trainer.plan.inputShape, instructionSet: "\(trainer.instructionSet)")
    record.trainFingerprint = data.train.fingerprint
    record.validationFingerprint = data.validation.fingerprint
    record.initialWeights = initialWeights
    return record
  }

  /// The configuration with its scale resolved for the data.
  ///
  /// - Throws: `ResumeMismatch` if the checkpoint has another one.
  private static func resolved(
    _ configuration: RunConfiguration, _ data: DatasetSplits, _ saved: Checkpoint?
  ) throws -> RunConfiguration {
    var configuration = configuration
    configuration.training = configuration.training.resolvingScale(for: data.train)
    configuration.training.classNames = configuration.training.classNames ?? data.train.classNames
    if let saved { configuration.training.model.takeNormalizations(of: saved.configuration.training.model) }
    try configuration.training.adaptNormalizations(to: data.train)
    if let saved { try configuration.checkResumes(saved.run) }
    return configuration
  }

  /// Creates and locks a directory that was missing before.
  private func takeMissingDirectory(_ environment: Environment) throws {
    try Self.take(directory, environment)
    // Another run may have written there in the meantime.
    guard try directory.holdsRun(), let saved = try Self.saved(configuration, start, directory, environment)
    else { return }
    try resume(from: saved, environment.warning)
  }

  private static func take(_ directory: RunDirectory, _ environment: Environment) throws {
    try directory.take { environment.warning("\($0)") }
    environment.didLockDirectory()
  }

  /// The saved run to resume from; nil for a new run.
  private static func saved(
    _ configuration: RunConfiguration, _ start: Start, _ directory: RunDirectory, _ environment: Environment
  ) throws -> Checkpoint? {
    switch start {
    case .fresh:
      try directory.checkUnoccupied()
      return nil
    case .overwriting: return nil
    case .resumingIfAny where try !directory.holdsRun(): return nil
    case .resumingFrom(let path):
      let saved = try Checkpoint(path: path)
      try directory.checkResumes(from: saved.path, step: saved.snapshot.state.step)
      try configuration.checkResumes(saved.run)
      return saved
    case .resuming, .resumingIfAny:
      let saved = try directory.newestGood {
        environment.warning("skipped \($0)")
      }
      try configuration.checkResumes(saved.run)
      return saved
    }
  }

  private static func begin(_ trainer: Trainer, with weights: InitialWeights, _ warning: (String) -> Void) throws {
    try trainer.setWeights(weights.variables(for: trainer.plan))
    guard let scale = trainer.configuration.pixelDivisor else { return }
    guard let saved = weights.scale else {
      return warning(
        "\(weights.path) does not state the scale of its pixels; this run divides them by \(PixelScale.text(scale)) "
          + "(data.scale).")
    }
    guard saved != scale else { return }
    warning(
      "\(weights.path) was trained on pixels divided by \(PixelScale.text(saved)), this run divides them by "
        + "\(PixelScale.text(scale)) (data.scale).")
  }

  private func resume(from saved: Checkpoint, _ warning: (String) -> Void) throws {
    try Self.checkData(data, saved.run)
    do {
      try trainer.restore(saved.snapshot(for: configuration), of: data.train)
    } catch TrainingError.incompatibleSnapshot(let reason) {
      throw CheckpointError.malformed(path: saved.path, reason: reason)
    }
    Self.warnOfOtherBits(saved.run, trainer, warning)
    resumedFrom = saved.path
  }

  private static func checkData(_ data: DatasetSplits, _ saved: RunRecord) throws {
    try checkData(data.train, saved.trainFingerprint)
    try checkData(data.validation, saved.validationFingerprint)
  }

  private static func checkData(_ dataset: Dataset, _ saved: String) throws {
    // A model that was imported, or saved by a program, does not record its training data.
    guard dataset.fingerprint == saved || saved.isEmpty else {
      throw ResumeMismatch(
        key: "the data '\(dataset.name)'", checkpoint: "SHA-256 \(saved)",
        requested: "SHA-256 \(dataset.fingerprint)")
    }
  }

  /// Warns if a resumed run may differ in its last bits from an uninterrupted one.
  private static func warnOfOtherBits(_ saved: RunRecord, _ trainer: Trainer, _ warning: (String) -> Void) {
    guard saved.origin == nil else { return }
    let now = "\(trainer.instructionSet)"
    let (old, new, advice) =
      if saved.arithmetic != Arithmetic.version {
        ("arithmetic of another version of Martlet (\(saved.arithmetic))", "\(Arithmetic.version)", "")
      } else {
        (
          "instruction set \(saved.instructionSet)", now,
          " \(InstructionSet.environmentVariable) forces an instruction set."
        )
      }
    guard saved.arithmetic != Arithmetic.version || saved.instructionSet != now else { return }
    warning(
      "the checkpoint was computed with the \(old), this run continues with \(new): the last bits of its weights may "
        + "differ from those of an uninterrupted run.\(advice)")
  }

  /// Whether all epochs are done, or a callback stopped the run early.
  public var isFinished: Bool { trainer.state.isFinished(of: configuration.training.epochs) }

  /// Trains, and writes checkpoints during the run and at its end. `trainer.stopReason` gives the reason for stopping.
  ///
  /// - Parameters:
  ///   - maxSteps: stops once the run has made this many steps in total.
  ///   - callbacks: called after those of the configuration, and before a checkpoint is written.
  ///   - report: called with the outcome of each checkpoint.
  /// - Throws: `TrainingError`, what a callback throws, `CheckpointError.notSaved` if the last state could not be
  ///   saved.
  public func run(
    maxSteps: Int? = nil, callbacks: [any Callback] = [], report: @escaping (CheckpointEvent) -> Void = { _ in }
  ) throws {
    try directory.prepare(startingAt: trainer.state.step, overwrite: start == .overwriting)
    let checkpoints = CheckpointCallback(
      record, directory: directory,
      report: { [trainer] event in
        if case .written = event { trainer.setAside?.discard() }
        report(event)
      })
    // Also if training fails, the checkpoint being written is completed.
    defer {
      checkpoints.finish(trainer)
      for (path, aside) in trainer.setAside?.kept ?? [] {
        trainer.warning("\(path): its previous contents are now in \(aside), because no checkpoint was written.")
      }
    }
    let limit = deadline.map { [TimeLimit(deadline: $0, checkpoints: checkpoints)] } ?? []
    let all: [any Callback] = configuration.callbacks + callbacks + limit + [AveragedWeights(), checkpoints]
    // Loading the data left some, and a run needs most memory from now on.
    Memory.releaseFreed()
    try trainer.fit(data.train, validation: data.validation, maxSteps: maxSteps, callbacks: all)
  }
}
