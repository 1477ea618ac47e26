extension Trainer {
  /// Writes a checkpoint that Martlet, Keras and h5py open. Keras wants the name to end in `.weights.h5`.
  ///
  /// - Throws: `FileError` if the file cannot be written; what stood there still does then.
  public func save(_ path: String) throws {
    let run = RunConfiguration(name: "saved", source: nil, training: configuration)
    let checkpoint = Checkpoint(
      snapshot: snapshot(), configuration: try run.yaml, inputShape: network.inputShape,
      instructionSet: "\(instructionSet)", seed: configuration.seed, trainFingerprint: "", validationFingerprint: "")
    try CheckpointStore.write(checkpoint, to: path, network: network, training: configuration)
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
  public var checkpoint: Checkpoint
  public var configuration: RunConfiguration

  /// - Throws: `CheckpointError` or `HDF5Error` if the file is damaged, or no checkpoint.
  public init(path: String) throws {
    try self.init(path: path, checkpoint: CheckpointStore.read(path))
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
      throw CheckpointError.configuration(path: path, reason: "\(error)")
    }
  }
}
