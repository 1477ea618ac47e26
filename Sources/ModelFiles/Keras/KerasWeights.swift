import HDF5Reading
import NeuralNetwork
import Training

/// Brings the variables of a file of Keras' to the parameters of the model.
struct KerasWeights {
  let plan: ModelPlan
  /// What the file calls the layers, for messages.
  let layerNames: [String]
  /// What it calls layers that are left out: what they have, such as the state of a generator, is no weight.
  var omittedNames: Set<String> = []
  let contents: KerasContents
  let file: String

  private func mismatch(_ reason: String) -> ModelFileError { ModelFileError(file: file, .weights(reason: reason)) }

  /// The weights in the order of the plan's parameters.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if there are others than the model has.
  func weights() throws -> [Snapshot.Variable] {
    let layers = plan.nodes.indices.map { index in plan.variables.filter { $0.layerIndex == index } }
    var found = contents.layers.filter { layer in
      !layer.variables.isEmpty && !(contents.arrangement == .byOrder && omittedNames.contains(layer.name))
    }
    if contents.arrangement == .byClass {
      found = found.map { (KerasClassName($0.name), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
    var weights: [Snapshot.Variable] = []
    for (index, parameters) in layers.enumerated() where !parameters.isEmpty {
      let name = plan.nodes[index].name
      let position =
        contents.arrangement == .byOrder
        ? 0 : found.firstIndex { KerasClassName($0.name).stem == KerasClassName(name).stem }
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
  private func variable(_ tensor: StoredTensor, of parameter: Variable) throws -> Snapshot.Variable {
    let shape = parameter.shape
    let isInteger = try tensor.isInteger
    guard !isInteger, tensor.dimensions == shape.dimensions, case .floats(let values) = try tensor.values else {
      throw mismatch(
        "'\(tensor.name)' of layer '\(layerNames[parameter.layerIndex])' "
          + "\(isInteger ? "holds integers" : "has the shape \(Shape(tensor.dimensions))"), the model needs \(shape)")
    }
    return Snapshot.Variable(path: parameter.path, shape: shape, values: isMirrored ? mirrored(values, shape) : values)
  }

  // MARK: - Theano

  /// Whether kernels are those of a convolution in the mathematical sense, as Theano has it: mirrored in height and width.
  private var isMirrored: Bool { contents.origin.backend == "theano" }

  /// A kernel (height, width, in, out) turned by 180 degrees; anything else as it is.
  private func mirrored(_ values: [Float], _ shape: Shape) -> [Float] {
    guard shape.dimensions.count == 4 else { return values }
    let windowCount = shape.dimensions[0] * shape.dimensions[1]
    let size = values.count / max(windowCount, 1)
    return (0..<windowCount).reversed().flatMap { values[$0 * size..<($0 + 1) * size] }
  }

  /// What cannot be known of the weights.
  var notes: [String] {
    let kernels = plan.variables.filter { $0.shape.dimensions.count == 4 }
    let isOpen = contents.isOfKeras1 && contents.origin.backend == nil
    let isTurnable = kernels.contains { $0.shape.dimensions.prefix(2).contains { $0 > 1 } }
    guard isOpen, isTurnable else { return [] }
    return ["Keras 1 does not say which backend it had: TensorFlow is assumed (Theano's kernels are mirrored)"]
  }

  // MARK: - Optimizer

  /// Whether the file has a state of its optimizer.
  var hasOptimizerState: Bool { contents.optimizer.contains { !$0.dimensions.isEmpty } }

  /// The state of the optimizer; nil if the file has none.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if it is not the state of this optimizer on these weights.
  func optimizerState(_ optimizer: any Optimizer) throws -> TrainedModel.OptimizerState? {
    guard !contents.optimizer.isEmpty else { return nil }
    let parameterCount = plan.trainableVariables.count
    let scalars = contents.optimizer.filter(\.dimensions.isEmpty)
    guard let first = scalars.first, let iteration = try Self.iteration(first) else {
      throw mismatch("the optimizer's first variable is no number of steps")
    }
    let count = optimizer.slotNames.count * parameterCount
    let tensors = Self.withoutPlaceholders(contents.optimizer.filter { !$0.dimensions.isEmpty }, count: count)
    // An optimizer that has made no step may not have been built.
    if tensors.isEmpty, iteration == 0 { return nil }
    guard tensors.count == count else {
      throw mismatch(
        "\(tensors.count) optimizer variables, \(type(of: optimizer).className) has \(optimizer.slotNames.count) for "
          + "each of \(parameterCount) weights")
    }
    return TrainedModel.OptimizerState(
      iteration: iteration,
      learningRate: try learningRate(scalars.dropFirst()) ?? optimizer.learningRate,
      slots: try slots(tensors, names: optimizer.slotNames))
  }

  /// The steps that an optimizer has made; nil if there is no state of one.
  static func steps(_ optimizer: [StoredTensor]) throws -> Int? {
    try optimizer.first { $0.dimensions.isEmpty }.flatMap(iteration)
  }

  /// The number of steps; Keras 1 on Theano counts them in floating point. Nil if it is none.
  private static func iteration(_ tensor: StoredTensor) throws -> Int? {
    let number: Int? =
      switch try tensor.values {
      case .integers(let values): Int(values[0])
      case .floats(let values): Int(exactly: values[0])
      }
    return number.flatMap { (0...1 << 48).contains($0) ? $0 : nil }
  }

  /// Keras 2.1 to 2.3 write a third variable for each weight, of one element: `vhat`, which only amsgrad uses.
  private static func withoutPlaceholders(_ tensors: [StoredTensor], count: Int) -> [StoredTensor] {
    let rest = tensors.dropFirst(count)
    return rest.allSatisfy { $0.dimensions == [1] } ? Array(tensors.prefix(count)) : tensors
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
    let variables = plan.trainableVariables
    let count = variables.count
    let order = optimizerOrder
    let isGrouped =
      names.count > 1 && count > 1
      && Self.isGrouped(
        names: tensors.map(\.name), dimensions: tensors.map(\.dimensions),
        parameters: order.map { variables[$0].shape.dimensions })
    return try names.indices.map { slot in
      try variables.enumerated().map { index, parameter in
        let place = order.firstIndex(of: index) ?? index
        return try variable(tensors[isGrouped ? slot * count + place : place * names.count + slot], of: parameter)
      }
    }
  }

  /// The parameters in the order of the optimizer's variables: the model's, or in Keras 1 that of their names.
  private var optimizerOrder: [Int] {
    let names = contents.layers.flatMap { $0.variables.map(\.name) }
    let indices = Array(plan.trainableVariables.indices)
    guard contents.isOfKeras1, names.count == indices.count else { return indices }
    return indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
  }

  /// Whether the first two variables are of the same slot and of two weights.
  ///
  /// Their shapes say so where the first two weights differ in theirs, otherwise their names do: only those of that layout
  /// end in the letter of the slot (`Adam/dense/kernel/m:0`, `training/Adam/m_0:0`) or are numbered
  /// (`training/Adam/Variable:0`, Theano's `variable_1` and `param_1`); Keras 3 has `adam/dense_kernel_momentum`, or numbers alone.
  ///
  /// - Parameters:
  ///   - names, dimensions: of the variables.
  ///   - parameters: the dimensions of the weights.
  static func isGrouped(names: [String], dimensions: [[Int]], parameters: [[Int]]) -> Bool {
    guard parameters[0] == parameters[1] else { return dimensions[1] == parameters[1] }
    let words = names.prefix(2).map { name in
      // `m` of `Adam/dense/kernel/m:0`, `training/Adam/m_0:0` and `training/Adam/m_0_1:0`.
      let last = name.split(separator: "/").last?.split(separator: ":").first ?? ""
      return last.split(separator: "_").filter { Int($0) == nil }.joined(separator: "_")
    }
    return words[0] == words[1]
      && (["variable", "param"] + KerasLayout.slotLetters.values).contains(words[0].lowercased())
  }
}

/// The name of a layer among those of its class: `dense`, `dense_1`, …
///
/// Numbers may be left out: tf.keras 2.12 and 2.13 count each layer with weights twice.
struct KerasClassName: Comparable {
  /// `dense`
  let stem: Substring
  let number: Int

  init(_ name: String) {
    let end = name.lastIndex(of: "_") ?? name.endIndex
    let number = end < name.endIndex ? Int(name[name.index(after: end)...]) : nil
    stem = number == nil ? name[...] : name[..<end]
    self.number = number ?? 0
  }

  static func < (left: Self, right: Self) -> Bool { (left.stem, left.number) < (right.stem, right.number) }
}
