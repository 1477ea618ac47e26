import HDF5Reading
import NeuralNetwork
import Training

/// Brings the variables of a file of Keras' to the parameters of the model.
struct KerasWeights {
  let network: Network
  /// What the file calls the layers, for messages.
  let layerNames: [String]
  /// What it calls layers that are left out: what they have, such as the state of a generator, is no weight.
  var omittedNames: Set<String> = []
  let contents: KerasContents
  let file: String

  private func mismatch(_ reason: String) -> ModelFileError { ModelFileError(file: file, .weights(reason: reason)) }

  /// The weights in the order of the network's parameters.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if there are others than the model has.
  func weights() throws -> [Snapshot.Variable] {
    let layers = network.layers.indices.map { index in network.parameters.filter { $0.layerIndex == index } }
    var found = contents.layers.filter { layer in
      !layer.variables.isEmpty && !(contents.arrangement == .byOrder && omittedNames.contains(layer.name))
    }
    var weights: [Snapshot.Variable] = []
    for (index, parameters) in layers.enumerated() where !parameters.isEmpty {
      let name = network.layers[index].name
      let position = contents.arrangement == .byOrder ? 0 : found.firstIndex { $0.name == name }
      guard let position, position < found.count else {
        throw mismatch("it has none for layer '\(layerNames[index])' (\(name))")
      }
      let layer = found.remove(at: position)
      guard layer.variables.count == parameters.count else {
        throw mismatch(
          "\(layer.variables.count) for layer '\(layerNames[index])', which has \(parameters.count)")
      }
      weights += try zip(layer.variables, parameters).map(variable)
    }
    if let extra = found.first { throw mismatch("it has some for '\(extra.name)', which is no layer with weights") }
    return weights
  }

  /// The values are read once the shape is found to be the model's.
  private func variable(_ tensor: StoredTensor, of parameter: Parameter) throws -> Snapshot.Variable {
    let shape = parameter.specification.shape
    let isInteger = try tensor.isInteger
    guard !isInteger, tensor.dimensions == shape.dimensions, case .floats(let values) = try tensor.values else {
      throw mismatch(
        "'\(tensor.name)' of layer '\(layerNames[parameter.layerIndex])' "
          + "\(isInteger ? "holds integers" : "has the shape \(Shape(tensor.dimensions))"), the model needs \(shape)")
    }
    return Snapshot.Variable(path: parameter.path, shape: shape, values: values)
  }

  // MARK: - Optimizer

  /// Whether the file has a state of its optimizer.
  var hasOptimizerState: Bool { contents.optimizer.contains { !$0.dimensions.isEmpty } }

  /// The state of the optimizer; nil if the file has none.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if it is not the state of this optimizer on these weights.
  func optimizerState(_ optimizer: any Optimizer) throws -> TrainedModel.OptimizerState? {
    guard !contents.optimizer.isEmpty else { return nil }
    let parameterCount = network.parameters.count
    let scalars = contents.optimizer.filter(\.dimensions.isEmpty)
    let tensors = contents.optimizer.filter { !$0.dimensions.isEmpty }
    guard let first = scalars.first, case .integers(let iteration) = try first.values,
      (0...1 << 48).contains(iteration[0])
    else { throw mismatch("the optimizer's first variable is no number of steps") }
    // An optimizer that has made no step may not have been built.
    if tensors.isEmpty, iteration[0] == 0 { return nil }
    guard tensors.count == optimizer.slotNames.count * parameterCount else {
      throw mismatch(
        "\(tensors.count) optimizer variables, \(type(of: optimizer).className) has \(optimizer.slotNames.count) for "
          + "each of \(parameterCount) weights")
    }
    return TrainedModel.OptimizerState(
      iteration: Int(iteration[0]),
      learningRate: try learningRate(scalars.dropFirst()) ?? optimizer.learningRate,
      slots: try slots(tensors, names: optimizer.slotNames))
  }

  private func learningRate(_ scalars: ArraySlice<StoredTensor>) throws -> Float? {
    guard let scalar = scalars.first else { return nil }
    guard scalars.count == 1, case .floats(let values) = try scalar.values, values[0].isFinite, values[0] >= 0 else {
      throw mismatch("'\(scalar.name)' is no learning rate")
    }
    return values[0]
  }

  /// Keras writes the slots of each weight in turn, or, up to 2.10, all of the first slot and then all of the next.
  private func slots(_ tensors: [StoredTensor], names: [String]) throws -> [[Snapshot.Variable]] {
    let count = network.parameters.count
    let isGrouped = names.count > 1 && count > 1 && isSameSlot(tensors[0].name, tensors[1].name)
    return try names.indices.map { slot in
      try network.parameters.enumerated().map { index, parameter in
        try variable(tensors[isGrouped ? slot * count + index : index * names.count + slot], of: parameter)
      }
    }
  }

  /// Whether two names, such as `Adam/dense/kernel/m:0` and `Adam/dense/bias/m:0`, are of the same slot.
  ///
  /// Only that layout ends in the letter of the slot; the numbers of Keras 3 and its `adam/dense_kernel_momentum` do not.
  private func isSameSlot(_ left: String, _ right: String) -> Bool {
    func letter(_ name: String) -> Substring? {
      let last = name.split(separator: "/").last?.split(separator: ":").first
      return last.flatMap { KerasLayout.slotLetters.values.contains(String($0)) ? $0 : nil }
    }
    return letter(left) != nil && letter(left) == letter(right)
  }
}
