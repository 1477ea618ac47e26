import Configuration
import HDF5Writing
import NeuralNetwork
import Training
import ZipArchive

/// Writers of Keras files.
package enum KerasFile {
  /// The member names of a `.keras` archive.
  enum Member {
    static let metadata = "metadata.json"
    static let configuration = "config.json"
    static let weights = "model.weights.h5"
  }

  /// A `.keras` archive: the configurations, and an HDF5 file with the weights and the optimizer state.
  package static func archive(_ model: TrainedModel, path: String) throws -> [UInt8] {
    var archive = ZipWriter(path: path)
    // Without the save date that Keras writes: equal models give equal files.
    let metadata = ConfigurationNode(
      mapping: [
        ConfigurationEntry(KerasLayout.attributes.version, ConfigurationNode(.string(KerasLayout.version))),
        ConfigurationEntry("date_saved", "1980-01-01@00:00:00"),
      ]
        + model.metadata(scale: model.scale).entries.map {
          ConfigurationEntry($0.key, ConfigurationNode(.string($0.text)))
        })
    try archive.add(Member.metadata, Array(metadata.json.utf8))
    let configuration = KerasConfiguration.archive(
      model.training, plan: try model.plan(), isCompiled: model.isCompiled)
    try archive.add(Member.configuration, Array(configuration.utf8))
    try archive.add(Member.weights, weights(model, path: path))
    return try archive.archive()
  }

  /// A `.weights.h5` file: weights by layer and number, and the optimizer state.
  package static func weights(_ model: TrainedModel, path: String) throws -> [UInt8] {
    let file = try HDF5Writer(path: path)
    let writer = try writer(model)
    try write(model.metadata(scale: model.scale), to: file.root)
    try writer.writeLayers(to: file.root, linked: false)
    if let state = model.optimizerState {
      let isScheduled = model.learningRateSchedule?.kerasForm != nil
      try writer.writeOptimizer(
        to: file.root, iteration: state.iteration, learningRate: isScheduled ? nil : state.learningRate,
        slots: state.slots)
    }
    return try file.image()
  }

  /// A whole-model HDF5 file in Keras 2's format, with the optimizer state in its layout.
  package static func wholeModel(_ model: TrainedModel, path: String) throws -> [UInt8] {
    let file = try HDF5Writer(path: path)
    try write(model.metadata(scale: model.scale), to: file.root)
    // The name of Keras' own optimizers from Keras 2.11 on.
    let optimizerClass = "Custom>\(type(of: model.optimizer).className)"
    try writer(model).writeModel(
      to: file.root, optimizerClass: model.isCompiled ? optimizerClass : nil,
      learningRate: model.optimizerState?.learningRate)
    if let state = model.optimizerState { try write(state, of: model, to: file.root) }
    return try file.image()
  }

  /// An attribute of HDF5 has at most 64 KB: the names of very many classes are left out.
  private static func write(_ metadata: InputMetadata, to root: HDF5GroupWriter) throws {
    for (key, text) in metadata.entries where text.utf8.count < 60_000 { try root.setAttribute(key, text) }
  }

  private static func writer(_ model: TrainedModel) throws -> KerasFileWriter {
    KerasFileWriter(plan: try model.plan(), training: model.training, parameters: model.weights)
  }

  /// `/optimizer_weights`: the iteration, then the slots in the optimizer's order. There is no learning rate.
  private static func write(
    _ state: TrainedModel.OptimizerState, of model: TrainedModel, to root: HDF5GroupWriter
  ) throws {
    let className = type(of: model.optimizer).className
    let plan = try model.plan()
    let group = try root.createGroup(KerasLayout.optimizerWeights)
    var names = ["iteration:0"]
    try group.write([Int64(state.iteration)], dimensions: [], to: names[0])
    var (slots, letters) = (state.slots, model.optimizer.slotNames.map { KerasLayout.slotLetters[$0] ?? $0 })
    // Keras 2 has a velocity for SGD without momentum too, and rejects a state without it.
    if model.optimizer is SGD, slots.isEmpty { (slots, letters) = ([model.constants(0, plan)], ["m"]) }
    let positions = KerasLayerOrder(plan.model).positions(of: plan.trainableVariables)
    for place in model.optimizer.slotOrder.forSlots(slots.count).places(variables: positions.count) {
      let variable = slots[place.slot][positions[place.variable]]
      let name = "\(className)/\(letters[place.slot])/\(variable.path):0"
      try group.write(variable.values, dimensions: variable.shape.dimensions, to: name)
      names.append(name)
    }
    try group.setAttribute(KerasLayout.weightNames, names)
  }
}
