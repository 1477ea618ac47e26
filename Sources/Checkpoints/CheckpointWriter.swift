import HDF5Writing
import KerasFormat
import NeuralNetwork
import RunConfiguration
import Training

/// A builder for checkpoint files.
struct CheckpointWriter {
  private let checkpoint: Checkpoint
  private let plan: ModelPlan
  private var run: RunRecord { checkpoint.run }
  private var training: TrainingConfiguration { run.configuration.training }

  private init(checkpoint: Checkpoint, plan: ModelPlan) {
    self.checkpoint = checkpoint
    self.plan = plan
  }

  /// The whole file: the user block followed by the HDF5 file.
  ///
  /// - Parameter path: the path used in error messages.
  static func image(of checkpoint: Checkpoint, plan: ModelPlan, path: String) throws -> HDF5Image {
    let file = try HDF5Writer(path: path, userBlockSize: UserBlock.count)
    try CheckpointWriter(checkpoint: checkpoint, plan: plan).write(to: file.root)
    let version = CheckpointLayout.formatVersion(checkpoint.configuration.training)
    return try HDF5Image(of: file, userBlockSize: UserBlock.count) {
      UserBlock(content: $0, formatVersion: version).bytes
    }
  }

  private func write(to root: HDF5GroupWriter) throws {
    let (snapshot, state) = (checkpoint.snapshot, checkpoint.snapshot.state)
    var training = self.training
    // A checkpoint has the rate of its step, where Keras has none for a schedule.
    training.learningRateSchedule = nil
    let keras = KerasFileWriter(plan: plan, training: training, parameters: snapshot.parameters)
    try keras.writeModel(to: root, optimizerClass: type(of: training.optimizer).className)
    try keras.writeLayers(to: root, linked: true)
    try keras.writeOptimizer(
      to: root, iteration: state.step, learningRate: state.learningRate, slots: snapshot.slots)
    let group = try root.createGroup(CheckpointLayout.martlet)
    try writeRun(group)
    try writePaths(group)
  }

  // MARK: - What Keras does not store

  private func writeRun(_ group: HDF5GroupWriter) throws {
    let state = checkpoint.snapshot.state
    let counts = CheckpointLayout.counts
    try group.setAttribute(counts.formatVersion, CheckpointLayout.formatVersion(training))
    try group.setAttribute(counts.seed, Int(bitPattern: UInt(training.seed)))
    try group.setAttribute(counts.epoch, state.epoch)
    try group.setAttribute(counts.step, state.step)
    try group.setAttribute(counts.stepInEpoch, state.stepInEpoch)
    try group.setAttribute(counts.samples, state.sums.samples)
    // Only imported runs have them.
    if state.importedSteps > 0 { try group.setAttribute(counts.importedSteps, state.importedSteps) }
    if let origin = run.origin { try group.setAttribute(CheckpointLayout.origin, origin) }
    if let path = run.initialWeights { try group.setAttribute(CheckpointLayout.initialWeights, path) }
    try group.setAttribute(CheckpointLayout.instructionSet, run.instructionSet)
    try group.setAttribute(CheckpointLayout.arithmetic, run.arithmetic)
    try group.setAttribute(CheckpointLayout.fingerprint.train, run.trainFingerprint)
    try group.setAttribute(CheckpointLayout.fingerprint.validation, run.validationFingerprint)
    if let order = training.optimizer.slotOrder.text { try group.setAttribute(CheckpointLayout.slotOrder, order) }
    try group.write(run.configuration.yaml, to: CheckpointLayout.configuration)
    let inputShape = run.inputShape.dimensions.map(Int64.init)
    try group.write(inputShape, dimensions: [inputShape.count], to: CheckpointLayout.inputShape)
    try group.write(state.sums.values, dimensions: [state.sums.values.count], to: CheckpointLayout.sums)
    try group.write([state.epochSeconds], dimensions: [], to: CheckpointLayout.epochSeconds)
    let history = try group.createGroup(CheckpointLayout.history)
    for (name, values) in state.history.columns.sorted(by: { $0.key < $1.key }) {
      try history.write(values, dimensions: [values.count], to: name)
    }
    // (epochs, …)
    for (name, values) in state.history.arrays.sorted(by: { $0.key < $1.key }) {
      try history.write(
        values.flatMap(\.elements), dimensions: [values.count] + (values.first?.shape ?? []), to: name)
    }
    try writeCallbacks(state.callbacks, group)
  }

  /// Writes which variables are not trainable weights, and the model's order of the variables.
  private func writePaths(_ group: HDF5GroupWriter) throws {
    let variables = plan.variables
    let state = variables.filter { $0.role != .trainable }.map(\.path)
    if !state.isEmpty { try group.write(state.joined(separator: "\n"), to: CheckpointLayout.paths.state) }
    let order = KerasLayerOrder(plan.model).positions(of: variables)
    guard order != Array(variables.indices) else { return }
    try group.write(variables.map(\.path).joined(separator: "\n"), to: CheckpointLayout.paths.order)
  }

  private func writeCallbacks(_ callbacks: [String: CallbackState], _ run: HDF5GroupWriter) throws {
    guard !callbacks.isEmpty else { return }
    let group = try run.createGroup(CheckpointLayout.callbacks)
    for (name, state) in callbacks.sorted(by: { $0.key < $1.key }) {
      let callback = try group.createGroup(name)
      for (key, value) in state.numbers.sorted(by: { $0.key < $1.key }) {
        try callback.write([value], dimensions: [], to: key)
      }
      guard !state.weights.isEmpty else { continue }
      let weights = try callback.createGroup(CheckpointLayout.weights)
      try weights.setAttribute(KerasLayout.weightNames, state.weights.map(\.path))
      for variable in state.weights {
        try weights.write(variable.values, dimensions: variable.shape.dimensions, to: variable.path)
      }
    }
  }
}
