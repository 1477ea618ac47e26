import HDF5Writing
import NeuralNetwork
import Training

/// Writes a model and its variables where the several loaders of Keras look for them: parts of a checkpoint, and of the
/// files that are exported. All of it is in Keras' order of the layers.
package struct KerasFileWriter {
  private let plan: ModelPlan
  private let training: TrainingConfiguration
  private let parameters: [Snapshot.Variable]
  private let order: KerasLayerOrder

  /// - Parameter parameters: in the order of `plan.variables`.
  package init(plan: ModelPlan, training: TrainingConfiguration, parameters: [Snapshot.Variable]) {
    self.plan = plan
    self.training = training
    self.parameters = parameters
    order = KerasLayerOrder(plan.model)
  }

  private var isChain: Bool { plan.model.isChain }

  /// The whole-model layout: configurations at the root, weights by layer and name.
  ///
  /// - Parameter optimizerClass: what `training_config` calls the class of the optimizer; nil for a model that is not
  ///   compiled.
  package func writeModel(to root: HDF5GroupWriter, optimizerClass: String?) throws {
    try root.setAttribute(CheckpointLayout.keras.model, KerasConfiguration.model(plan))
    if let optimizerClass {
      try root.setAttribute(
        CheckpointLayout.keras.training, KerasConfiguration.training(training, optimizerClass: optimizerClass))
    }
    let weights = try root.createGroup(CheckpointLayout.modelWeights)
    for group in [root, weights] {
      try group.setAttribute(CheckpointLayout.keras.version, CheckpointLayout.kerasVersion)
      try group.setAttribute(CheckpointLayout.keras.backend, "tensorflow")
    }
    // A Sequential does not count its input as a layer.
    let input = isChain ? [] : [order.inputName]
    try weights.setAttribute(CheckpointLayout.layerNames, input + order.nodes.map { plan.nodes[$0].name })
    for name in input { try weights.createGroup(name).setAttribute(CheckpointLayout.weightNames, []) }
    for index in order.nodes {
      let layer = plan.nodes[index]
      let names = plan.variables[layer.variables].map(weightName)
      try weights.createGroup(layer.name).setAttribute(CheckpointLayout.weightNames, names)
    }
    try weights.createGroup(CheckpointLayout.topLevelWeights).setAttribute(CheckpointLayout.weightNames, [])
    for (parameter, variable) in zip(plan.variables, parameters) {
      try write(variable, to: place(of: parameter), of: weights)
    }
  }

  private func weightName(_ variable: Variable) -> String {
    CheckpointLayout.weightName(variable.path, isChain: isChain)
  }

  /// Below `CheckpointLayout.modelWeights`.
  private func place(of variable: Variable) -> String { "\(variable.layerName)/\(weightName(variable))" }

  /// The layout of `load_weights`: weights by layer and number. Groups without any have to be there too.
  ///
  /// - Parameter linked: whether `writeModel` wrote the weights before; then they get a second name.
  package func writeLayers(to root: HDF5GroupWriter, linked: Bool) throws {
    _ = try root.createGroup(CheckpointLayout.variables)
    if !isChain {
      try root.createGroup(CheckpointLayout.layerVariables("input_layer")).setAttribute("name", order.inputName)
    }
    for index in order.nodes {
      let layer = plan.nodes[index]
      let variables = try root.createGroup(CheckpointLayout.layerVariables(order.groupNames[index]))
      try variables.setAttribute("name", layer.name)
      for (number, position) in layer.variables.enumerated() where parameters.indices.contains(position) {
        if linked {
          let target = "/\(CheckpointLayout.modelWeights)/\(place(of: plan.variables[position]))"
          try variables.link("\(number)", to: target)
        } else {
          try write(parameters[position], to: "\(number)", of: variables)
        }
      }
    }
  }

  /// The optimizer's variables by number: the iteration, the learning rate, the slots in the optimizer's order.
  ///
  /// - Parameter slots: each in the order of `plan.trainableVariables`.
  package func writeOptimizer(
    to root: HDF5GroupWriter, iteration: Int, learningRate: Float, slots: [[Snapshot.Variable]]
  ) throws {
    let variables = try root.createGroup("\(CheckpointLayout.optimizer)/\(CheckpointLayout.variables)")
    try variables.setAttribute("name", type(of: training.optimizer).name)
    try root.write([Int64(iteration)], dimensions: [], to: CheckpointLayout.optimizerVariable(0))
    try root.write([learningRate], dimensions: [], to: CheckpointLayout.optimizerVariable(1))
    let positions = order.positions(of: plan.trainableVariables)
    let places = type(of: training.optimizer).slotOrder.places(slots: slots.count, variables: positions.count)
    for (number, place) in places.enumerated() where slots[place.slot].indices.contains(positions[place.variable]) {
      let variable = slots[place.slot][positions[place.variable]]
      try write(variable, to: CheckpointLayout.optimizerVariable(slotPlace: number), of: root)
    }
  }

  private func write(_ variable: Snapshot.Variable, to name: String, of group: HDF5GroupWriter) throws {
    try group.write(variable.values, dimensions: variable.shape.dimensions, to: name)
  }
}
