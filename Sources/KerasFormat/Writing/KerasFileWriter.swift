import HDF5Writing
import NeuralNetwork
import Training

/// Writes a model and its variables where the various Keras loaders expect them, in checkpoints and exported files.
/// Everything is in Keras' layer order.
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
  /// - Parameters:
  ///   - optimizerClass: the optimizer's class name in `training_config`; nil for an uncompiled model.
  ///   - learningRate: the current one, if the file has no variables of the optimizer; nil for the optimizer's.
  package func writeModel(
    to root: HDF5GroupWriter, optimizerClass: String?, learningRate: Float? = nil
  ) throws {
    try root.setAttribute(KerasLayout.attributes.model, KerasConfiguration.model(plan))
    if let optimizerClass {
      try root.setAttribute(
        KerasLayout.attributes.training,
        KerasConfiguration.training(training, optimizerClass: optimizerClass, learningRate: learningRate))
    }
    let weights = try root.createGroup(KerasLayout.modelWeights)
    for group in [root, weights] {
      try group.setAttribute(KerasLayout.attributes.version, KerasLayout.version)
      try group.setAttribute(KerasLayout.attributes.backend, "tensorflow")
    }
    // A Sequential does not list its input as a layer.
    let input = isChain ? [] : [order.inputName]
    try weights.setAttribute(KerasLayout.layerNames, input + order.nodes.map { plan.nodes[$0].name })
    for name in input { try weights.createGroup(name).setAttribute(KerasLayout.weightNames, []) }
    for index in order.nodes {
      let layer = plan.nodes[index]
      let names = plan.variables[layer.variables].map(weightName)
      try weights.createGroup(layer.name).setAttribute(KerasLayout.weightNames, names)
    }
    try weights.createGroup(KerasLayout.topLevelWeights).setAttribute(KerasLayout.weightNames, [])
    for (parameter, variable) in zip(plan.variables, parameters) {
      try write(variable, to: place(of: parameter), of: weights)
    }
  }

  private func weightName(_ variable: Variable) -> String {
    KerasLayout.weightName(variable.path, isChain: isChain)
  }

  /// The path relative to `KerasLayout.modelWeights`.
  private func place(of variable: Variable) -> String { "\(variable.layerName)/\(weightName(variable))" }

  /// The layout of `load_weights`: weights by layer and number. Empty groups are required too.
  ///
  /// - Parameter linked: whether `writeModel` has already written the weights; then they are hard-linked.
  package func writeLayers(to root: HDF5GroupWriter, linked: Bool) throws {
    _ = try root.createGroup(KerasLayout.variables)
    if !isChain {
      try root.createGroup(KerasLayout.layerVariables("input_layer")).setAttribute("name", order.inputName)
    }
    for index in order.nodes {
      let layer = plan.nodes[index]
      let variables = try root.createGroup(KerasLayout.layerVariables(order.groupNames[index]))
      try variables.setAttribute("name", layer.name)
      for (number, position) in layer.variables.enumerated() where parameters.indices.contains(position) {
        if linked {
          let target = "/\(KerasLayout.modelWeights)/\(place(of: plan.variables[position]))"
          try variables.link("\(number)", to: target)
        } else {
          try write(parameters[position], to: "\(number)", of: variables)
        }
      }
    }
  }

  /// The optimizer's variables by number: iteration, learning rate, the slots in the optimizer's order, its scalars.
  ///
  /// - Parameters:
  ///   - learningRate: nil if it is a function of the iteration, which Keras has no variable for.
  ///   - slots: each in the order of `plan.trainableVariables`.
  package func writeOptimizer(
    to root: HDF5GroupWriter, iteration: Int, learningRate: Float?, slots: [[Snapshot.Variable]]
  ) throws {
    let variables = try root.createGroup("\(KerasLayout.optimizer)/\(KerasLayout.variables)")
    try variables.setAttribute("name", type(of: training.optimizer).name)
    try root.write([Int64(iteration)], dimensions: [], to: KerasLayout.optimizerVariable(0))
    if let learningRate { try root.write([learningRate], dimensions: [], to: KerasLayout.optimizerVariable(1)) }
    let first = learningRate == nil ? 1 : 2
    let positions = order.positions(of: plan.trainableVariables)
    let places = training.optimizer.slotOrder.forSlots(slots.count).places(variables: positions.count)
    for (number, place) in places.enumerated() where slots[place.slot].indices.contains(positions[place.variable]) {
      let variable = slots[place.slot][positions[place.variable]]
      try write(variable, to: KerasLayout.optimizerVariable(first + number), of: root)
    }
    let (updates, _) = training.optimizer.updateOptions.updates(beforeStep: iteration)
    for (number, scalar) in training.optimizer.scalars(iteration: updates).enumerated() {
      try root.write([scalar], dimensions: [], to: KerasLayout.optimizerVariable(first + places.count + number))
    }
  }

  private func write(_ variable: Snapshot.Variable, to name: String, of group: HDF5GroupWriter) throws {
    try group.write(variable.values, dimensions: variable.shape.dimensions, to: name)
  }
}
