import HDF5
import NeuralNetwork
import Training

/// Makes the bytes of a checkpoint file.
struct CheckpointWriter {
  let checkpoint: Checkpoint
  let network: Network
  let training: TrainingConfiguration

  /// The whole file: the user block and the HDF5 file behind it.
  ///
  /// - Parameter path: what messages call it.
  func bytes(path: String) throws -> [UInt8] {
    let file = try HDF5File.createInMemory(path: path, userBlockSize: UserBlock.count)
    try writeWeights(file.root)
    try writeLayerLinks(file.root)
    try writeOptimizer(file.root)
    try writeRun(file.root.createGroup(CheckpointLayout.martlet))
    let content = try file.image()
    return UserBlock(content: content[...]).bytes + content
  }

  // MARK: - What Keras reads

  /// The whole-model layout: configurations at the root, weights by layer and name.
  private func writeWeights(_ root: HDF5Group) throws {
    try root.setAttribute(CheckpointLayout.keras.model, KerasConfiguration.model(training.model, network: network))
    try root.setAttribute(CheckpointLayout.keras.training, KerasConfiguration.training(training))
    let weights = try root.createGroup(CheckpointLayout.modelWeights)
    for group in [root, weights] {
      try group.setAttribute(CheckpointLayout.keras.version, CheckpointLayout.kerasVersion)
      try group.setAttribute(CheckpointLayout.keras.backend, "tensorflow")
    }
    try weights.setAttribute(CheckpointLayout.layerNames, network.layers.map(\.name))
    for (index, layer) in network.layers.enumerated() {
      let names = network.parameters.filter { $0.layerIndex == index }.map(CheckpointLayout.weightName)
      try weights.createGroup(layer.name).setAttribute(CheckpointLayout.weightNames, names)
    }
    try weights.createGroup(CheckpointLayout.topLevelWeights).setAttribute(CheckpointLayout.weightNames, [])
    for (parameter, variable) in zip(network.parameters, checkpoint.snapshot.parameters) {
      try weights.write(
        variable.values, dimensions: variable.shape.dimensions, to: CheckpointLayout.weight(parameter))
    }
  }

  /// The layout of `load_weights`: the same weights by layer and number. Groups without any have to be there too.
  private func writeLayerLinks(_ root: HDF5Group) throws {
    _ = try root.createGroup(CheckpointLayout.variables)
    for (index, layer) in network.layers.enumerated() {
      let variables = try root.createGroup(CheckpointLayout.layerVariables(layer.name))
      try variables.setAttribute("name", layer.name)
      let parameters = network.parameters.filter { $0.layerIndex == index }
      for (number, parameter) in parameters.enumerated() {
        try variables.link(
          "\(number)", to: "/\(CheckpointLayout.modelWeights)/\(CheckpointLayout.weight(parameter))")
      }
    }
  }

  private func writeOptimizer(_ root: HDF5Group) throws {
    let variables = try root.createGroup("\(CheckpointLayout.optimizer)/\(CheckpointLayout.variables)")
    try variables.setAttribute("name", type(of: training.optimizer).name)
    let (snapshot, state) = (checkpoint.snapshot, checkpoint.snapshot.state)
    try root.write([Int64(state.step)], dimensions: [], to: CheckpointLayout.optimizerVariable(0))
    try root.write([state.learningRate], dimensions: [], to: CheckpointLayout.optimizerVariable(1))
    for (slot, slotVariables) in snapshot.slots.enumerated() {
      for (parameter, variable) in slotVariables.enumerated() {
        try root.write(
          variable.values, dimensions: variable.shape.dimensions,
          to: CheckpointLayout.optimizerVariable(
            parameter: parameter, slot: slot, slotCount: snapshot.slots.count))
      }
    }
  }

  // MARK: - What Keras has no place for

  private func writeRun(_ group: HDF5Group) throws {
    let state = checkpoint.snapshot.state
    let counts = CheckpointLayout.counts
    try group.setAttribute(counts.formatVersion, CheckpointLayout.formatVersion)
    try group.setAttribute(counts.seed, Int(bitPattern: UInt(checkpoint.seed)))
    try group.setAttribute(counts.epoch, state.epoch)
    try group.setAttribute(counts.step, state.step)
    try group.setAttribute(counts.stepInEpoch, state.stepInEpoch)
    try group.setAttribute(counts.samples, state.sums.samples)
    try group.setAttribute(CheckpointLayout.instructionSet, checkpoint.instructionSet)
    try group.setAttribute(CheckpointLayout.fingerprint.train, checkpoint.trainFingerprint)
    try group.setAttribute(CheckpointLayout.fingerprint.validation, checkpoint.validationFingerprint)
    try group.write(checkpoint.configuration, to: CheckpointLayout.configuration)
    let inputShape = checkpoint.inputShape.dimensions.map(Int64.init)
    try group.write(inputShape, dimensions: [inputShape.count], to: CheckpointLayout.inputShape)
    try group.write(state.sums.values, dimensions: [state.sums.values.count], to: CheckpointLayout.sums)
    try group.write([state.epochSeconds], dimensions: [], to: CheckpointLayout.epochSeconds)
    let history = try group.createGroup(CheckpointLayout.history)
    for (name, values) in state.history.columns.sorted(by: { $0.key < $1.key }) {
      try history.write(values, dimensions: [values.count], to: name)
    }
    try writeCallbacks(state.callbacks, group)
  }

  private func writeCallbacks(_ callbacks: [String: CallbackState], _ run: HDF5Group) throws {
    guard !callbacks.isEmpty else { return }
    let group = try run.createGroup(CheckpointLayout.callbacks)
    for (name, state) in callbacks.sorted(by: { $0.key < $1.key }) {
      let callback = try group.createGroup(name)
      for (key, value) in state.numbers.sorted(by: { $0.key < $1.key }) {
        try callback.write([value], dimensions: [], to: key)
      }
      guard !state.weights.isEmpty else { continue }
      let weights = try callback.createGroup(CheckpointLayout.weights)
      try weights.setAttribute(CheckpointLayout.weightNames, state.weights.map(\.path))
      for variable in state.weights {
        try weights.write(variable.values, dimensions: variable.shape.dimensions, to: variable.path)
      }
    }
  }
}
