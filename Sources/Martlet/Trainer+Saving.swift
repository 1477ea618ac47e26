extension Trainer {
  /// Writes a checkpoint that Martlet, Keras and h5py open. Keras wants the name to end in `.weights.h5`.
  ///
  /// - Throws: `FileError` if the file cannot be written; what stood there still does then.
  public func save(_ path: String) throws {
    let run = RunConfiguration(name: "saved", source: nil, training: configuration)
    let checkpoint = Checkpoint(
      snapshot: snapshot(), configuration: try run.yaml, inputShape: plan.inputShape,
      instructionSet: "\(instructionSet)", seed: configuration.seed, trainFingerprint: "", validationFingerprint: "")
    try CheckpointStore.write(checkpoint, to: path, plan: plan, training: configuration)
  }

  /// A trainer that goes on from a checkpoint.
  ///
  /// - Throws: `CheckpointError`, `HDF5Error` or `TrainingError` if the file is damaged, or no checkpoint.
  public convenience init(
    checkpoint path: String, workerCount: Int = AvailableCores.count(),
    instructionSet: InstructionSet = .bestSupported
  ) throws {
    let saved = try SavedRun(path: path)
    try self.init(saved, workerCount: workerCount, instructionSet: instructionSet)
  }

  /// A trainer that goes on from a checkpoint that was read before.
  public convenience init(
    _ saved: SavedRun, workerCount: Int = AvailableCores.count(), instructionSet: InstructionSet = .bestSupported
  ) throws {
    try self.init(
      saved.configuration.training, inputShape: saved.checkpoint.inputShape, workerCount: workerCount,
      instructionSet: instructionSet)
    try restore(saved.checkpoint.snapshot)
  }
}

/// A checkpoint with its configuration understood.
public struct SavedRun: Sendable {
  public let path: String
  package var checkpoint: Checkpoint
  public var configuration: RunConfiguration
  /// Whether the scale of the configuration is that of the model: not so of a file of another program that does not say.
  public internal(set) var isScaleKnown = true
  /// Whether optimizer, loss and metrics are those that the model was trained with, and not stand-ins.
  public internal(set) var isCompiled = true

  /// Reads and verifies a checkpoint, and compares all that is in it with the model that its configuration describes.
  ///
  /// - Parameter path: of a checkpoint; where it is that of a link which is not there, see `file(at:)`.
  /// - Throws: `CheckpointError` or `HDF5Error` if the file is damaged, contradicts itself, or is no checkpoint.
  public init(path: String) throws {
    let file = try Self.file(at: path)
    try self.init(path: file, checkpoint: CheckpointStore.read(file))
  }

  init(path: String, checkpoint: Checkpoint, configuration: RunConfiguration) {
    self.path = path
    self.checkpoint = checkpoint
    self.configuration = configuration
  }

  init(path: String, checkpoint: Checkpoint) throws {
    self.path = path
    self.checkpoint = checkpoint
    do {
      configuration = try RunConfiguration(yaml: checkpoint.configuration, file: "/martlet/configuration")
    } catch let error as ConfigurationError {
      // Nobody wrote it by hand: the file is at fault.
      let place = error.line.map { "/martlet/configuration:\($0): " } ?? "/martlet/configuration: "
      throw CheckpointError.configuration(path: path, reason: place + error.descriptionWithoutAdvice)
    }
    try check()
  }

  /// - Throws: `CheckpointError.malformed` if the model is none for samples of the shape, or the variables are another's.
  private func check() throws {
    let training = configuration.training
    do {
      let plan = try training.model.plan(inputShape: checkpoint.inputShape)
      try checkpoint.snapshot.check(fits: plan, training)
    } catch let error as ModelError {
      throw CheckpointError.malformed(
        path: path,
        reason: "its model does not take samples of the shape \(checkpoint.inputShape): \(error.reason.dropLast())")
    } catch TrainingError.foreignSnapshot(let reason) {
      throw CheckpointError.malformed(path: path, reason: reason)
    }
    guard checkpoint.seed == training.seed else {
      throw CheckpointError.malformed(
        path: path, reason: "its seed is \(checkpoint.seed), that of its configuration \(training.seed)")
    }
  }
}
