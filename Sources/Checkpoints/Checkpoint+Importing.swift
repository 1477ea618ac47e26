import Configuration
import Datasets
import KerasFormat
import NeuralNetwork
import RunConfiguration
import Training

extension Checkpoint {
  /// The start of a run from a model trained by another program: its first step continues from there.
  ///
  /// - Parameters:
  ///   - origin: the file of the model.
  ///   - background: the configuration of data, batches and checkpoints, which a model does not have; defaults if nil.
  ///   - source: the data, if `background` has none.
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
    // The configuration defines the run: its layer names apply, and its frozen layers unless they contradict the
    // optimizer's state.
    if let own = background?.training.model,
      own.isSame(as: model.model, ignoringTrainable: model.optimizerState == nil)
    {
      model.rename(to: own)
    }
    run.source = run.source ?? source
    run.training.model = model.model
    run.training.optimizer = model.optimizer
    run.training.learningRateSchedule = model.learningRateSchedule
    run.training.loss = model.loss
    run.training.metrics = model.metrics
    if let scale = model.scale { run.training.scale = scale }
    run.training.classNames = model.classNames ?? run.training.classNames
    run.training.pictures = model.pictures ?? run.training.pictures
    if let best = run.checkpoints.keepBest, !run.training.monitoredNames.contains(best) {
      run.checkpoints.keepBest = nil
    }
    var record = RunRecord(run, inputShape: model.inputShape, instructionSet: "")
    record.origin = origin
    self.init(path: origin, of: record, snapshot: try model.snapshot())
    isScaleKnown = model.scale != nil
    isCompiled = model.isCompiled
  }

  /// The name of a file without its directory and suffixes, reduced to what a run name may contain.
  private static func runName(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let stem = name.split(separator: ".").first.map(String.init) ?? ""
    return stem.isEmpty ? "imported" : String(stem.prefix(100))
  }

  /// Writes the run's first checkpoint to its directory, for `train --resume`.
  ///
  /// - Parameter overwrite: whether a run in the directory is removed once the checkpoint is safe.
  /// - Returns: the path of the file.
  /// - Throws: `CheckpointError.occupied`, `FileError` or `HDF5WritingError`; the directory is unchanged then.
  package func write(toDirectory directory: String, overwrite: Bool) throws -> String {
    let store = CheckpointStore(directory: directory)
    if !overwrite { try store.checkUnoccupied() }
    let state = snapshot.state
    let image = try image(plan: configuration.training.model.plan(inputShape: run.inputShape))
    let lock = try store.lock()
    defer { withExtendedLifetime(lock) {} }
    if !overwrite { try store.checkUnoccupied() }
    let superseded = try store.prepare(startingAt: state.step, overwrite: overwrite)
    let retention = CheckpointRetention(policy: configuration.checkpoints, state: state)
    return try store.write(image, step: state.step, retention: retention, superseded: superseded).path
  }
}

extension TrainedModel {
  /// Renames the layers, and so the variables, to the names in another model with the same layers.
  fileprivate mutating func rename(to other: Model) {
    let renaming = LayerRenaming(from: model, to: other)
    weights = renaming.renamed(weights)
    let slots = optimizerState?.slots.map(renaming.renamed) ?? []
    optimizerState?.slots = slots
    model = other
  }

  /// A snapshot of the model at the start of a run.
  func snapshot() throws -> Snapshot {
    let plan = try plan()
    let slots = optimizer.slotNames.indices.map { constants(optimizer.initialValue(ofSlot: $0), plan) }
    let step = optimizerState?.iteration ?? 0
    return Snapshot(
      state: RunState(
        epoch: 0, step: step, stepInEpoch: 0, learningRate: optimizerState?.learningRate ?? optimizer.learningRate,
        sums: RunningSums(count: training.sumCount(outputs: plan.outputShape.count)), epochSeconds: 0,
        history: History(), importedSteps: step),
      parameters: weights, slots: optimizerState?.slots ?? slots)
  }
}

/// Renames the layers of a model, and so its variables, to the names in another model with the same layers.
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

extension Checkpoint {
  /// The snapshot that a run resumes from. An imported one has no metrics yet, and its layers get the names of the
  /// run's configuration.
  package func snapshot(for configuration: RunConfiguration) -> Snapshot {
    guard run.origin != nil else { return snapshot }
    var snapshot = snapshot
    let renaming = LayerRenaming(from: self.configuration.training.model, to: configuration.training.model)
    snapshot.parameters = renaming.renamed(snapshot.parameters)
    snapshot.slots = snapshot.slots.map(renaming.renamed)
    let outputs = try? configuration.training.model.plan(inputShape: run.inputShape).outputShape.count
    snapshot.state.sums = RunningSums(count: configuration.training.sumCount(outputs: outputs ?? 1))
    return snapshot
  }
}
