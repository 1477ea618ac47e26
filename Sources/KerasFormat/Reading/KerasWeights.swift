import HDF5Reading
import NeuralNetwork
import Training

/// Maps the variables of a Keras file to the variables of the model.
struct KerasWeights {
  let plan: ModelPlan
  /// The names of the layers in the file, for messages.
  private let layerNames: [String]
  /// The layers, in the order of the file.
  private let owners: [KerasWeightOwner]
  /// Layers of the file whose variables, such as generator state, are not weights.
  private let weightlessNames: Set<String>
  let contents: KerasContents
  let file: String

  /// - Parameters:
  ///   - described: the model in the file; nil for a weights-only file, or for another model.
  ///   - weightlessNames: layers of the file whose variables are not weights.
  init(
    plan: ModelPlan, described: KerasModel? = nil, weightlessNames: Set<String> = [], contents: KerasContents,
    file: String
  ) {
    self.plan = plan
    self.contents = contents
    self.file = file
    layerNames = described?.layerNames ?? plan.nodes.map(\.name)
    owners = described?.owners ?? KerasWeightOwner.owners(of: plan)
    let weightless = described?.owners.filter { $0.nodes.allSatisfy { plan.nodes[$0].variables.isEmpty } } ?? []
    self.weightlessNames = weightlessNames.union(weightless.map(\.name))
  }

  private func mismatch(_ reason: String) -> ModelFileError { ModelFileError(file: file, .weights(reason: reason)) }

  // MARK: - Weights

  /// The weights in the order of the plan's variables.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if they do not match the model.
  func weights() throws -> [Snapshot.Variable] {
    var found = [Snapshot.Variable?](repeating: nil, count: plan.variables.count)
    switch contents.arrangement {
    case .byOrder: try takeByOrder(into: &found)
    case .byClass: try takeByClass(owners, contents.layers, into: &found)
    }
    return found.compactMap { $0 }
  }

  /// The positions of a layer's variables; those of a nested model have the trainable ones first.
  private func positions(of owner: KerasWeightOwner) -> [Int] {
    let positions = owner.nodes.flatMap { Array(plan.nodes[$0].variables) }
    guard case .model = owner.content else { return positions }
    return positions.filter { plan.variables[$0].role == .trainable }
      + positions.filter { plan.variables[$0].role != .trainable }
  }

  private func takeByOrder(into found: inout [Snapshot.Variable?]) throws {
    var stored = contents.layers.filter { !$0.variables.isEmpty && !weightlessNames.contains($0.name) }[...]
    for owner in owners {
      let positions = positions(of: owner)
      if positions.isEmpty { continue }
      guard let layer = stored.popFirst() else { throw missing(owner) }
      try take(named(layer.variables, positions), positions, of: owner, into: &found)
    }
    if let extra = stored.first { throw unknown(extra) }
  }

  private func takeByClass(
    _ owners: [KerasWeightOwner], _ layers: [KerasContents.Layer], into found: inout [Snapshot.Variable?]
  ) throws {
    var stored = layers.filter { !$0.allVariables.isEmpty }.map { (name: KerasClassName($0.name), layer: $0) }
    stored.sort { $0.name < $1.name }
    for owner in owners where !positions(of: owner).isEmpty {
      let stem = owner.stem(plan)
      guard let position = stored.firstIndex(where: { $0.name.stem == stem }) else { throw missing(owner) }
      let layer = stored.remove(at: position).layer
      if case .model(let inner) = owner.content {
        try takeByClass(inner, layer.layers, into: &found)
      } else {
        try take(layer.variables, positions(of: owner), of: owner, into: &found)
      }
    }
    if let extra = stored.first { throw unknown(extra.layer) }
  }

  private func take(
    _ tensors: [StoredTensor], _ positions: [Int], of owner: KerasWeightOwner, into found: inout [Snapshot.Variable?]
  ) throws {
    guard tensors.count == positions.count else {
      throw mismatch("\(tensors.count) for layer '\(owner.name)', which has \(positions.count)")
    }
    for (tensor, position) in zip(tensors, positions) {
      found[position] = try variable(tensor, of: plan.variables[position])
    }
  }

  /// The variables of a nested model in the order of `positions`, if their names identify them: those of frozen layers
  /// are listed separately.
  private func named(_ tensors: [StoredTensor], _ positions: [Int]) -> [StoredTensor] {
    guard tensors.count == positions.count, Set(positions.map { plan.variables[$0].layerIndex }).count > 1 else {
      return tensors
    }
    let names = tensors.map { tensor in
      (tensor.name.split(separator: ":").first ?? "").split(separator: "/").suffix(2).joined(separator: "/")
    }
    let found = positions.compactMap { position -> StoredTensor? in
      let variable = plan.variables[position]
      let name = "\(layerNames[variable.layerIndex])/\(variable.name)"
      let places = names.indices.filter { names[$0] == name }
      return places.count == 1 ? tensors[places[0]] : nil
    }
    return found.count == positions.count ? found : tensors
  }

  private func missing(_ owner: KerasWeightOwner) -> ModelFileError {
    mismatch("no weights for layer '\(owner.name)' (\(owner.stem(plan)))")
  }

  private func unknown(_ layer: KerasContents.Layer) -> ModelFileError {
    mismatch("unexpected weights for '\(layer.name)', which is not a layer with weights")
  }

  /// Checks the shape before the values are read.
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

  /// Whether kernels are mirrored in height and width, for a true convolution instead of a cross-correlation, as in
  /// Theano.
  private var isMirrored: Bool { contents.origin.backend == "theano" }

  /// A kernel (height, width, in, out) rotated by 180 degrees; other tensors unchanged.
  private func mirrored(_ values: [Float], _ shape: Shape) -> [Float] {
    guard shape.dimensions.count == 4 else { return values }
    let windowCount = shape.dimensions[0] * shape.dimensions[1]
    let size = values.count / max(windowCount, 1)
    return (0..<windowCount).reversed().flatMap { values[$0 * size..<($0 + 1) * size] }
  }

  /// Notes about assumptions on the weights.
  var notes: [String] {
    let kernels = plan.variables.filter { $0.shape.dimensions.count == 4 }
    let isOpen = contents.isOfKeras1 && contents.origin.backend == nil
    let isTurnable = kernels.contains { $0.shape.dimensions.prefix(2).contains { $0 > 1 } }
    guard isOpen, isTurnable else { return [] }
    return ["Keras 1 does not record its backend: TensorFlow is assumed (Theano's kernels are mirrored)"]
  }

  // MARK: - Optimizer

  /// Whether the file has optimizer state.
  var hasOptimizerState: Bool { contents.optimizer.contains { !$0.dimensions.isEmpty } }

  /// The optimizer state; nil if the file has none.
  ///
  /// - Throws: `ModelFileError.Problem.weights` if it is not the state of this optimizer on these weights.
  func optimizerState(_ optimizer: any Optimizer) throws -> TrainedModel.OptimizerState? {
    guard !contents.optimizer.isEmpty else { return nil }
    let parameterCount = plan.trainableVariables.count
    let scalars = contents.optimizer.filter(\.dimensions.isEmpty)
    guard let first = scalars.first, let iteration = try Self.iteration(first) else {
      throw mismatch("the optimizer's first variable is not a step count")
    }
    let count = optimizer.slotNames.count * parameterCount
    var tensors = Self.withoutPlaceholders(contents.optimizer.filter { !$0.dimensions.isEmpty }, count: count)
    // Keras 2 stores an unused velocity for SGD without momentum, after the averages if it keeps them.
    if (optimizer as? SGD)?.momentum == 0, tensors.count == count + parameterCount {
      tensors.removeLast(parameterCount)
    }
    // An optimizer without a step may not have been built.
    if tensors.isEmpty, iteration == 0, count > 0 { return nil }
    guard tensors.count == count else {
      throw mismatch(
        "\(tensors.count) optimizer variables, \(type(of: optimizer).className) has \(optimizer.slotNames.count) for "
          + "each of \(parameterCount) weights")
    }
    return TrainedModel.OptimizerState(
      iteration: iteration,
      learningRate: try learningRate(scalars.dropFirst(), of: optimizer) ?? optimizer.learningRate,
      slots: try slots(tensors, of: optimizer))
  }

  /// The optimizer's step count; nil without optimizer state.
  static func steps(_ optimizer: [StoredTensor]) throws -> Int? {
    try optimizer.first { $0.dimensions.isEmpty }.flatMap(iteration)
  }

  /// The step count; Keras 1 on Theano stores it in floating point. Nil if it is not a count.
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

  private func learningRate(_ scalars: ArraySlice<StoredTensor>, of optimizer: any Optimizer) throws -> Float? {
    // After the slots Keras 3 has the optimizer's scalars, which are functions of the iteration.
    let atEnd = contents.optimizer.reversed().prefix { $0.dimensions.isEmpty }.count
    let scalars = scalars.dropLast(min(optimizer.scalars(iteration: 0).count, atEnd))
    guard let scalar = scalars.first else { return nil }
    guard scalars.count == 1, case .floats(let values) = try scalar.values, values[0].isFinite, values[0] >= 0 else {
      throw mismatch("'\(scalar.name)' is not a learning rate")
    }
    return values[0]
  }

  /// Keras writes the slots of each weight in turn, or the whole first slot and then the next: up to 2.10 for every optimizer,
  /// and in all versions for those whose slots are groups of their own.
  private func slots(_ tensors: [StoredTensor], of optimizer: any Optimizer) throws -> [[Snapshot.Variable]] {
    let names = optimizer.slotNames
    let variables = plan.trainableVariables
    let count = variables.count
    let order = optimizerOrder(variables)
    let places = order.enumerated().reduce(into: [Int](repeating: 0, count: count)) { $0[$1.element] = $1.offset }
    let isGrouped =
      optimizer.slotOrder.sizes.first ?? 0 > 1 && count > 1
      && Self.isGrouped(
        names: tensors.map(\.name), dimensions: tensors.map(\.dimensions),
        parameters: order.map { variables[$0].shape.dimensions })
    let slotOrder = isGrouped ? SlotOrder(sizes: names.map { _ in 1 }) : optimizer.slotOrder
    let positions = slotOrder.places(variables: count).enumerated().reduce(
      into: [[Int]](repeating: [Int](repeating: 0, count: count), count: names.count)
    ) { $0[$1.element.slot][$1.element.variable] = $1.offset }
    return try names.indices.map { slot in
      try variables.enumerated().map { index, parameter in
        try variable(tensors[positions[slot][places[index]]], of: parameter)
      }
    }
  }

  /// The parameters in the order of the optimizer's variables: the file's order, or in Keras 1 that of their names.
  private func optimizerOrder(_ variables: [Variable]) -> [Int] {
    let byLayer = Dictionary(grouping: variables.indices) { variables[$0].layerIndex }
    let indices = owners.flatMap(\.nodes).flatMap { byLayer[$0] ?? [] }
    let names = contents.layers.flatMap { $0.variables.map(\.name) }
    guard contents.isOfKeras1, names.count == indices.count else { return indices }
    return indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
  }

  /// Whether the first two variables are of the same slot and of different weights.
  ///
  /// Decided by the shapes if those of the first two weights differ, otherwise by the names: only in that layout they
  /// end in the letter of the slot (`Adam/dense/kernel/m:0`, `training/Adam/m_0:0`) or are numbered
  /// (`training/Adam/Variable:0`, Theano's `variable_1` and `param_1`); Keras 3 has `adam/dense_kernel_momentum`, or
  /// numbers alone.
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
