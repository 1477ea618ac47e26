extension SavedRun {
  /// A run that begins with a model that another program trained: its first step goes on from there.
  ///
  /// - Parameters:
  ///   - origin: the file of the model.
  ///   - background: where data, batches and checkpoints are said, which no model knows; defaults if nil.
  ///   - source: the data, if `background` does not say it.
  /// - Throws: `ConfigurationError` or `ModelError`.
  package init(
    importing model: TrainedModel, origin: String, background: RunConfiguration? = nil,
    source: (any DatasetSource)? = nil
  ) throws {
    var run =
      background
      ?? RunConfiguration(
        name: Self.runName(of: origin), source: source, training: TrainingConfiguration(model: model.model))
    var model = model
    // The run is the configuration's: its layers are called as they are there, and frozen unless the optimizer's state says
    // otherwise.
    if let own = background?.training.model,
      own.isSame(as: model.model, ignoringTrainable: model.optimizerState == nil)
    {
      model.rename(to: own)
    }
    run.source = run.source ?? source
    run.training.model = model.model
    run.training.optimizer = model.optimizer
    run.training.loss = model.loss
    run.training.metrics = model.metrics
    if let scale = model.scale { run.training.scale = scale }
    if let best = run.checkpoints.keepBest, !run.training.monitoredNames.contains(best) {
      run.checkpoints.keepBest = nil
    }
    let checkpoint = Checkpoint(
      snapshot: try model.snapshot(), configuration: try run.yaml, inputShape: model.inputShape, instructionSet: "",
      seed: run.training.seed, trainFingerprint: "", validationFingerprint: "", origin: origin)
    self.init(path: origin, checkpoint: checkpoint, configuration: run)
    isScaleKnown = model.scale != nil
    isCompiled = model.isCompiled
  }

  /// The name of a file without its directory and its suffixes, as far as a run can be called that.
  private static func runName(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let stem = name.split(separator: ".").first.map(String.init) ?? ""
    return stem.isEmpty ? "imported" : String(stem.prefix(100))
  }

  /// The model as exporters take it.
  public var model: TrainedModel {
    var model = TrainedModel(
      configuration.training, inputShape: checkpoint.inputShape, snapshot: checkpoint.snapshot)
    if !isScaleKnown { model.scale = nil }
    model.isCompiled = isCompiled
    if !isCompiled { model.optimizerState = nil }
    return model
  }

  /// Writes the run's first checkpoint to its directory, for `train --resume` to go on from.
  ///
  /// - Parameter overwrite: whether a run that the directory holds is removed, once the checkpoint is safe.
  /// - Returns: the path of the file.
  /// - Throws: `CheckpointError.occupied`, `FileError` or `HDF5WritingError`; the directory is as it was then.
  package func write(toDirectory directory: String, overwrite: Bool) throws -> String {
    let store = CheckpointStore(directory: directory)
    if !overwrite { try store.checkUnoccupied() }
    let state = checkpoint.snapshot.state
    let plan = try configuration.training.model.plan(inputShape: checkpoint.inputShape)
    let bytes = try checkpoint.bytes(plan: plan, training: configuration.training)
    let lock = try store.lock()
    defer { withExtendedLifetime(lock) {} }
    if !overwrite { try store.checkUnoccupied() }
    let superseded = try store.prepare(startingAt: state.step, overwrite: overwrite)
    let retention = CheckpointRetention(policy: configuration.checkpoints, state: state)
    return try store.write(bytes, step: state.step, retention: retention, superseded: superseded).path
  }
}

extension TrainedModel {
  /// Calls the layers, and so the variables, as another model does that has the same layers.
  fileprivate mutating func rename(to other: Model) {
    let renaming = LayerRenaming(from: model, to: other)
    weights = renaming.renamed(weights)
    let slots = optimizerState?.slots.map(renaming.renamed) ?? []
    optimizerState?.slots = slots
    model = other
  }

  /// The model at the start of a run.
  func snapshot() throws -> Snapshot {
    let plan = try plan()
    let slots = optimizer.slotNames.map { _ in weightsOfZero(plan) }
    let step = optimizerState?.iteration ?? 0
    return Snapshot(
      state: RunState(
        epoch: 0, step: step, stepInEpoch: 0, learningRate: optimizerState?.learningRate ?? optimizer.learningRate,
        sums: RunningSums(count: 1 + metrics.count), epochSeconds: 0, history: History(), stepsBefore: step),
      parameters: weights, slots: optimizerState?.slots ?? slots)
  }
}

extension RunConfiguration {
  /// Whether this run can go on from a saved one.
  ///
  /// - Throws: `ResumeMismatch`.
  func checkResumes(_ saved: SavedRun) throws {
    try checkResumes(saved.configuration, isImported: saved.checkpoint.origin != nil)
  }

  /// Whether this run can go on from a checkpoint, as far as its configuration tells.
  func isResumable(from checkpoint: Checkpoint) -> Bool {
    guard let saved = try? SavedRun(path: "", checkpoint: checkpoint) else { return false }
    return (try? checkResumes(saved)) != nil
  }
}

/// Calls the layers of a model, and so its variables, as another model with the same layers does.
private struct LayerRenaming {
  private let names: [String: String]

  init(from model: Model, to other: Model) {
    names = Dictionary(uniqueKeysWithValues: zip(model.layerNames, other.layerNames))
  }

  func renamed(_ variables: [Snapshot.Variable]) -> [Snapshot.Variable] {
    variables.map { variable in
      let parts = variable.path.split(separator: "/", maxSplits: 1).map(String.init)
      let path = ([names[parts[0]] ?? parts[0]] + parts.dropFirst()).joined(separator: "/")
      return Snapshot.Variable(path: path, shape: variable.shape, values: variable.values)
    }
  }
}

extension SavedRun {
  /// The snapshot that a run goes on from. One that was imported has measured nothing yet, and its layers are called as the
  /// run's configuration calls them.
  func snapshot(for configuration: RunConfiguration) -> Snapshot {
    guard checkpoint.origin != nil else { return checkpoint.snapshot }
    var snapshot = checkpoint.snapshot
    let renaming = LayerRenaming(from: self.configuration.training.model, to: configuration.training.model)
    snapshot.parameters = renaming.renamed(snapshot.parameters)
    snapshot.slots = snapshot.slots.map(renaming.renamed)
    snapshot.state.sums = RunningSums(count: configuration.training.sumNames.count)
    return snapshot
  }
}
