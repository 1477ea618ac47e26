import DurableFiles

/// One training from start to finish, across interruptions: configuration, data, trainer and checkpoints together.
public final class TrainingRun {
  public let configuration: RunConfiguration
  public let data: DatasetSplits
  public let trainer: Trainer
  /// The file whose weights the run began with; nil if with random ones.
  public let initialWeights: String?
  let template: Checkpoint
  private let start: Start
  private let directory: RunDirectory
  private let deadline: ContinuousClock.Instant?
  /// The checkpoint that it goes on from; nil if it begins.
  public private(set) var resumedFrom: String?

  /// Where a run begins.
  public enum Start: Equatable, Sendable {
    /// At the first step, in a directory that holds no run.
    case fresh
    /// At the first step; a run that the directory holds is removed once the first checkpoint is safe.
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
    /// When the last checkpoint has to be written: the run stops in time for it.
    public var deadline: ContinuousClock.Instant?
    /// Whether nothing may be written, and no lock taken: the run is only looked at.
    public var isDryRun = false
    /// Is told of what a person should know: a checkpoint that was passed over.
    public var warning: @Sendable (String) -> Void
    /// Is told once every other run is kept out of the directory: what belongs to the run may be touched.
    public var directoryTaken: @Sendable () -> Void

    public init(
      dataset: DatasetContext = .current, workerCount: Int = AvailableCores.count(),
      instructionSet: InstructionSet = .bestSupported,
      deadline: ContinuousClock.Instant? = nil, warning: @escaping @Sendable (String) -> Void = { _ in },
      directoryTaken: @escaping @Sendable () -> Void = {}
    ) {
      self.dataset = dataset
      self.workerCount = workerCount
      self.instructionSet = instructionSet
      self.deadline = deadline
      self.warning = warning
      self.directoryTaken = directoryTaken
    }
  }

  /// Takes the directory of the checkpoints for this run, loads the data and makes everything ready for the first step.
  ///
  /// What the directory holds is not touched, and one that is missing is not made before all else is ready.
  ///
  /// - Parameters:
  ///   - data: what the run learns from and is judged by, in place of the configuration's `source`: data of a program. With
  ///     a `validationSplit` and no validation data of its own, its training data is split.
  ///   - initialWeights: the file whose weights a run that begins starts with, in place of random ones; one that resumes
  ///     has its own, and does not read it.
  /// - Throws: `ConfigurationError`, `ModelError`, `DatasetError`, `TrainingError`, `CheckpointError`, `HDF5Error`,
  ///   `ModelFileError` or `ResumeMismatch`; `FileError` also if another run is writing to the directory.
  public init(
    _ configuration: RunConfiguration, start: Start, data: DatasetSplits? = nil, initialWeights path: String? = nil,
    surroundings: Surroundings = Surroundings()
  ) throws {
    self.start = start
    directory = RunDirectory(configuration.checkpoints)
    if start == .fresh { try directory.checkUnoccupied() }
    // Before it is looked into: the run that has it writes checkpoints still.
    if surroundings.isDryRun { try directory.checkTakeable() }
    if directory.exists, !surroundings.isDryRun { try Self.take(directory, surroundings) }
    let saved = try Self.saved(configuration, start, directory, surroundings)
    let weights = saved == nil ? try path.map(InitialWeights.init(path:)) : nil
    initialWeights = saved == nil ? path : saved?.checkpoint.initialWeights
    let data = try data.map(configuration.split) ?? configuration.load(surroundings.dataset)
    self.data = data
    let configuration = try Self.resolved(configuration, data, saved)
    self.configuration = configuration
    try configuration.training.check(data.train)
    // A model that was imported may take the images flattened.
    trainer = try Trainer(
      configuration.training, inputShape: saved?.checkpoint.inputShape ?? data.train.shape,
      workerCount: surroundings.workerCount, instructionSet: surroundings.instructionSet)
    trainer.warning = surroundings.warning
    trainer.replacesLogs = start == .overwriting
    trainer.setAside = start == .overwriting ? SetAsideFiles() : nil
    if let saved { try Self.checkData(data, saved.checkpoint) }
    try trainer.check(data.train, validation: data.validation)
    if data.hasTest, data.hasOwnValidation { try trainer.check(data.train, validation: data.test) }
    if let weights { try Self.begin(trainer, with: weights, surroundings.warning) }
    // Without the values, which each checkpoint brings with it: they would take memory for the whole run.
    template = Checkpoint(
      snapshot: Snapshot(state: trainer.state, parameters: [], slots: []), configuration: try configuration.yaml,
      inputShape: trainer.plan.inputShape, instructionSet: "\(trainer.instructionSet)",
      seed: configuration.training.seed,
      trainFingerprint: data.train.fingerprint, validationFingerprint: data.validation.fingerprint,
      initialWeights: initialWeights)
    deadline = surroundings.deadline
    if let saved { try goOn(from: saved, surroundings.warning) }
    if let deadline, !isFinished { try TimeLimit.check(deadline, trainer) }
    if !directory.isTaken, !surroundings.isDryRun { try takeMissingDirectory(surroundings) }
  }

  /// The configuration with the scale of the data.
  ///
  /// - Throws: `ResumeMismatch` if the checkpoint has another one.
  private static func resolved(
    _ configuration: RunConfiguration, _ data: DatasetSplits, _ saved: SavedRun?
  ) throws -> RunConfiguration {
    var configuration = configuration
    configuration.training = configuration.training.resolvingScale(for: data.train)
    if let saved { try configuration.checkResumes(saved) }
    return configuration
  }

  /// Makes and takes a directory that was not there when it was looked for.
  private func takeMissingDirectory(_ surroundings: Surroundings) throws {
    try Self.take(directory, surroundings)
    // Another run may have come and gone since.
    guard try directory.holdsRun(), let saved = try Self.saved(configuration, start, directory, surroundings)
    else { return }
    try goOn(from: saved, surroundings.warning)
  }

  private static func take(_ directory: RunDirectory, _ surroundings: Surroundings) throws {
    try directory.take { surroundings.warning("\($0)") }
    surroundings.directoryTaken()
  }

  /// What the run goes on from; nil if it begins.
  private static func saved(
    _ configuration: RunConfiguration, _ start: Start, _ directory: RunDirectory, _ surroundings: Surroundings
  ) throws -> SavedRun? {
    switch start {
    case .fresh:
      try directory.checkUnoccupied()
      return nil
    case .overwriting: return nil
    case .resumingIfAny where try !directory.holdsRun(): return nil
    case .resumingFrom(let path):
      let saved = try SavedRun(path: path)
      try directory.checkResumes(from: saved.path, step: saved.checkpoint.snapshot.state.step)
      try configuration.checkResumes(saved)
      return saved
    case .resuming, .resumingIfAny:
      let saved = try directory.newestGood(opening: SavedRun.init(path:)) {
        surroundings.warning("skipped \($0)")
      }
      try configuration.checkResumes(saved)
      return saved
    }
  }

  private static func begin(_ trainer: Trainer, with weights: InitialWeights, _ warning: (String) -> Void) throws {
    try trainer.setWeights(weights.variables(for: trainer.plan))
    guard let scale = trainer.configuration.pixelDivisor else { return }
    guard let saved = weights.scale else {
      return warning(
        "\(weights.path) does not say what pixels were divided by; this run divides them by \(PixelScale.text(scale)) "
          + "(data.scale).")
    }
    guard saved != scale else { return }
    warning(
      "\(weights.path) was trained on pixels divided by \(PixelScale.text(saved)), this run divides them by "
        + "\(PixelScale.text(scale)) (data.scale).")
  }

  private func goOn(from saved: SavedRun, _ warning: (String) -> Void) throws {
    let checkpoint = saved.checkpoint
    try Self.checkData(data, checkpoint)
    do {
      try trainer.restore(saved.snapshot(for: configuration), of: data.train)
    } catch TrainingError.foreignSnapshot(let reason) {
      throw CheckpointError.malformed(path: saved.path, reason: reason)
    }
    Self.warnOfOtherBits(checkpoint, trainer, warning)
    resumedFrom = saved.path
  }

  private static func checkData(_ data: DatasetSplits, _ checkpoint: Checkpoint) throws {
    try checkData(data.train, checkpoint.trainFingerprint)
    try checkData(data.validation, checkpoint.validationFingerprint)
  }

  private static func checkData(_ dataset: Dataset, _ saved: String) throws {
    // A model that was imported, or saved by a program, does not say what data it has seen.
    guard dataset.fingerprint == saved || saved.isEmpty else {
      throw ResumeMismatch(
        key: "the data '\(dataset.name)'", checkpoint: "SHA-256 \(saved)",
        requested: "SHA-256 \(dataset.fingerprint)")
    }
  }

  /// Says why a resumed run may differ in its last bits from an uninterrupted one.
  private static func warnOfOtherBits(_ checkpoint: Checkpoint, _ trainer: Trainer, _ warning: (String) -> Void) {
    guard checkpoint.origin == nil else { return }
    let now = "\(trainer.instructionSet)"
    let (old, new, advice) =
      if checkpoint.arithmetic != Arithmetic.version {
        ("arithmetic of another version of Martlet (\(checkpoint.arithmetic))", "\(Arithmetic.version)", "")
      } else {
        (
          "instruction set \(checkpoint.instructionSet)", now,
          " \(InstructionSet.environmentVariable) forces an instruction set."
        )
      }
    guard checkpoint.arithmetic != Arithmetic.version || checkpoint.instructionSet != now else { return }
    warning(
      "the checkpoint was computed with the \(old), this run goes on with \(new): the last bits of its weights may "
        + "differ from those of an uninterrupted run.\(advice)")
  }

  /// Whether all epochs are done, or a callback found that no more are needed.
  public var isFinished: Bool {
    trainer.state.epoch >= configuration.training.epochs || trainer.state.hasStoppedEarly
  }

  /// Trains, and writes checkpoints on the way and where it stops. `trainer.stopReason` says why it did.
  ///
  /// - Parameters:
  ///   - maxSteps: stops once the run has made this many steps in all.
  ///   - callbacks: are called behind those of the configuration, and before a checkpoint is written.
  ///   - report: is told what became of each checkpoint.
  /// - Throws: `TrainingError`, what a callback throws, `CheckpointError.notSaved` if the last state is on no disk.
  public func run(
    maxSteps: Int? = nil, callbacks: [any Callback] = [], report: @escaping (CheckpointEvent) -> Void = { _ in }
  ) throws {
    try directory.prepare(startingAt: trainer.state.step, overwrite: start == .overwriting)
    let checkpoints = CheckpointCallback(
      policy: configuration.checkpoints, template: template, directory: directory,
      report: { [trainer] event in
        if case .written = event { trainer.setAside?.discard() }
        report(event)
      }, isResumable: { [configuration] in configuration.isResumable(from: $0) })
    // Also when the training fails, the checkpoint that is being written becomes whole.
    defer {
      checkpoints.finish(trainer)
      for (path, aside) in trainer.setAside?.kept ?? [] {
        trainer.warning("\(path): what it held before this run is \(aside) now, because no checkpoint was written.")
      }
    }
    let limit = deadline.map { [TimeLimit(deadline: $0, checkpoints: checkpoints)] } ?? []
    let all: [any Callback] = configuration.callbacks + callbacks + limit + [checkpoints]
    try trainer.fit(data.train, validation: data.validation, maxSteps: maxSteps, callbacks: all)
  }
}
