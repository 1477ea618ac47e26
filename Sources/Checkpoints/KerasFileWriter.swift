import HDF5Writing
import NeuralNetwork
import Training

/// Writes a model and its variables where the several loaders of Keras look for them: parts of a checkpoint, and of the
/// files that are exported.
package struct KerasFileWriter {
  private let plan: ModelPlan
  private let training: TrainingConfiguration
  private let parameters: [Snapshot.Variable]
  private let divisor: Float?

  /// - Parameters:
  ///   - parameters: in the order of `plan.variables`.
  ///   - divisor: what a Rescaling layer at the start of the model divides the pixels by; nil for none.
  package init(
    plan: ModelPlan, training: TrainingConfiguration, parameters: [Snapshot.Variable], divisor: Float? = nil
  ) {
    self.plan = plan
    self.training = training
    self.parameters = parameters
    self.divisor = divisor
  }

  /// The name of the layer that `divisor` asks for, which has no weights.
  private var rescaling: [String] { divisor == nil ? [] : [KerasConfiguration.rescalingName] }

  /// The whole-model layout: configurations at the root, weights by layer and name.
  ///
  /// - Parameter optimizerClass: what `training_config` calls the class of the optimizer; nil for a model that is not
  ///   compiled.
  package func writeModel(to root: HDF5GroupWriter, optimizerClass: String?) throws {
    try root.setAttribute(
      CheckpointLayout.keras.model, KerasConfiguration.model(training.model, plan: plan, divisor: divisor))
    if let optimizerClass {
      try root.setAttribute(
        CheckpointLayout.keras.training, KerasConfiguration.training(training, optimizerClass: optimizerClass))
    }
    let weights = try root.createGroup(CheckpointLayout.modelWeights)
    for group in [root, weights] {
      try group.setAttribute(CheckpointLayout.keras.version, CheckpointLayout.kerasVersion)
      try group.setAttribute(CheckpointLayout.keras.backend, "tensorflow")
    }
    try weights.setAttribute(CheckpointLayout.layerNames, rescaling + plan.nodes.map(\.name))
    for name in rescaling { try weights.createGroup(name).setAttribute(CheckpointLayout.weightNames, []) }
    for (index, layer) in plan.nodes.enumerated() {
      let names = plan.variables.filter { $0.layerIndex == index }.map(CheckpointLayout.weightName)
      try weights.createGroup(layer.name).setAttribute(CheckpointLayout.weightNames, names)
    }
    try weights.createGroup(CheckpointLayout.topLevelWeights).setAttribute(CheckpointLayout.weightNames, [])
    for (parameter, variable) in zip(plan.variables, parameters) {
      try write(variable, to: CheckpointLayout.weight(parameter), of: weights)
    }
  }

  /// The layout of `load_weights`: weights by layer and number. Groups without any have to be there too.
  ///
  /// - Parameter linked: whether `writeModel` wrote the weights before; then they get a second name.
  package func writeLayers(to root: HDF5GroupWriter, linked: Bool) throws {
    _ = try root.createGroup(CheckpointLayout.variables)
    for name in rescaling {
      try root.createGroup(CheckpointLayout.layerVariables(name)).setAttribute("name", name)
    }
    for (index, layer) in plan.nodes.enumerated() {
      let variables = try root.createGroup(CheckpointLayout.layerVariables(layer.name))
      try variables.setAttribute("name", layer.name)
      let own = zip(plan.variables, parameters).filter { $0.0.layerIndex == index }
      for (number, (parameter, variable)) in own.enumerated() {
        if linked {
          let target = "/\(CheckpointLayout.modelWeights)/\(CheckpointLayout.weight(parameter))"
          try variables.link("\(number)", to: target)
        } else {
          try write(variable, to: "\(number)", of: variables)
        }
      }
    }
  }

  /// The optimizer's variables by number: the iteration, the learning rate, the slots of each weight in turn.
  package func writeOptimizer(
    to root: HDF5GroupWriter, iteration: Int, learningRate: Float, slots: [[Snapshot.Variable]]
  ) throws {
    let variables = try root.createGroup("\(CheckpointLayout.optimizer)/\(CheckpointLayout.variables)")
    try variables.setAttribute("name", type(of: training.optimizer).name)
    try root.write([Int64(iteration)], dimensions: [], to: CheckpointLayout.optimizerVariable(0))
    try root.write([learningRate], dimensions: [], to: CheckpointLayout.optimizerVariable(1))
    for (slot, slotVariables) in slots.enumerated() {
      for (parameter, variable) in slotVariables.enumerated() {
        let name = CheckpointLayout.optimizerVariable(parameter: parameter, slot: slot, slotCount: slots.count)
        try write(variable, to: name, of: root)
      }
    }
  }

  private func write(_ variable: Snapshot.Variable, to name: String, of group: HDF5GroupWriter) throws {
    try group.write(variable.values, dimensions: variable.shape.dimensions, to: name)
  }
}
