extension Trainer {
  /// Writes a checkpoint that Martlet, Keras and h5py open. Keras requires the suffix `.weights.h5`.
  ///
  /// - Throws: `FileError` if the file cannot be written; an existing file is unchanged then.
  public func save(_ path: String) throws {
    let run = RunConfiguration(name: "saved", source: nil, training: configuration)
    let checkpoint = Checkpoint(
      snapshot: snapshot(), configuration: try run.yaml, inputShape: plan.inputShape,
      instructionSet: "\(instructionSet)", seed: configuration.seed, trainFingerprint: "", validationFingerprint: "")
    try CheckpointStore.write(checkpoint, to: path, plan: plan, training: configuration)
  }

  /// Creates a trainer that resumes from a checkpoint file.
  ///
  /// - Throws: `CheckpointError`, `HDF5Error` or `TrainingError` if the file is corrupt, or not a checkpoint.
  public convenience init(
    checkpoint path: String, workerCount: Int = AvailableCores.count(),
    instructionSet: InstructionSet = .bestSupported
  ) throws {
    let saved = try SavedRun(path: path)
    try self.init(saved, workerCount: workerCount, instructionSet: instructionSet)
  }

  /// Creates a trainer that resumes from a checkpoint read before.
  public convenience init(
    _ saved: SavedRun, workerCount: Int = AvailableCores.count(), instructionSet: InstructionSet = .bestSupported
  ) throws {
    try self.init(
      saved.configuration.training, inputShape: saved.checkpoint.inputShape, workerCount: workerCount,
      instructionSet: instructionSet)
    try restore(saved.checkpoint.snapshot)
  }
}
