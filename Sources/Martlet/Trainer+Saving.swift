extension Trainer {
  /// Writes a checkpoint that Martlet, Keras and h5py open. Keras requires the suffix `.weights.h5`.
  ///
  /// - Throws: `FileError` if the file cannot be written; an existing file is unchanged then.
  public func save(_ path: String) throws {
    let run = RunRecord(
      RunConfiguration(name: "saved", training: configuration), inputShape: plan.inputShape,
      instructionSet: "\(instructionSet)")
    try Checkpoint(of: run, snapshot: snapshot()).write(to: path, plan: plan)
  }

  /// Creates a trainer that resumes from a checkpoint file.
  ///
  /// - Throws: `CheckpointError`, `HDF5Error` or `TrainingError` if the file is corrupt, or not a checkpoint.
  public convenience init(
    checkpoint path: String, workerCount: Int = AvailableCores.count(),
    instructionSet: InstructionSet = .bestSupported
  ) throws {
    try self.init(Checkpoint(path: path), workerCount: workerCount, instructionSet: instructionSet)
  }

  /// Creates a trainer that resumes from a checkpoint read before.
  public convenience init(
    _ checkpoint: Checkpoint, workerCount: Int = AvailableCores.count(), instructionSet: InstructionSet = .bestSupported
  ) throws {
    try self.init(
      checkpoint.configuration.training, inputShape: checkpoint.run.inputShape, workerCount: workerCount,
      instructionSet: instructionSet)
    try restore(checkpoint.snapshot)
  }
}
