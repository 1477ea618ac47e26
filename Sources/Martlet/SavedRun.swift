/// A checkpoint with its parsed configuration.
public struct SavedRun: Sendable {
  /// The path of the file.
  public let path: String
  package var checkpoint: Checkpoint
  /// The run's configuration, parsed.
  public var configuration: RunConfiguration
  /// Whether the configuration's scale is that of the model: false for a file of another program that does not state
  /// it.
  public internal(set) var isScaleKnown = true
  /// Whether optimizer, loss and metrics are those that the model was trained with, and not defaults.
  public internal(set) var isCompiled = true

  /// Reads and verifies a checkpoint, and checks its contents against the model of its configuration.
  ///
  /// - Parameter path: of a checkpoint; for a missing link see `file(at:)`.
  /// - Throws: `CheckpointError` or `HDF5Error` if the file is corrupt, inconsistent, or not a checkpoint.
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
      // The configuration was written by a program: report a fault of the file, not a usage error.
      let place = error.line.map { "/martlet/configuration:\($0): " } ?? "/martlet/configuration: "
      throw CheckpointError.configuration(path: path, reason: place + error.descriptionWithoutAdvice)
    }
    try check()
  }

  /// - Throws: `CheckpointError.malformed` if the model does not accept the sample shape, or the variables are not the
  ///   model's.
  private func check() throws {
    let training = configuration.training
    do {
      let plan = try training.model.plan(inputShape: checkpoint.inputShape)
      try checkpoint.snapshot.check(fits: plan, training)
    } catch let error as ModelError {
      throw CheckpointError.malformed(
        path: path,
        reason: "its model does not accept samples of the shape \(checkpoint.inputShape): \(error.reason.dropLast())")
    } catch TrainingError.incompatibleSnapshot(let reason) {
      throw CheckpointError.malformed(path: path, reason: reason)
    }
    guard checkpoint.seed == training.seed else {
      throw CheckpointError.malformed(
        path: path, reason: "its seed is \(checkpoint.seed), that of its configuration \(training.seed)")
    }
  }
}
