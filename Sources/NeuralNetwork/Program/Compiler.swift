import Kernels

extension ModelPlan {
  /// Lowers each layer, or several at once, to an operation.
  ///
  /// Programs of the same plan and kernels have the same variable layouts in all modes. In inference the weights of
  /// some operations are computed from the variables: see `Program.foldings`.
  ///
  /// - Parameter leavesSoftmax: whether to omit a final softmax from the program: see `Program.isLogits`.
  package func compile(mode: Pass.Mode, kernels: KernelSet, leavesSoftmax: Bool = true) throws -> Program {
    try compile(mode: mode, kernels: kernels, leavesSoftmax: leavesSoftmax, inputNeedsGradient: false)
  }

  func compile(
    mode: Pass.Mode, kernels: KernelSet, leavesSoftmax: Bool, inputNeedsGradient: Bool
  ) throws -> Program {
    var compiler = Compiler(
      LoweringContext(plan: self, mode: mode, kernels: kernels, leavesSoftmax: leavesSoftmax),
      inputNeedsGradient: inputNeedsGradient)
    try compiler.compile()
    return compiler.program
  }
}

/// Lowers layers to operations in order.
private struct Compiler {
  let context: LoweringContext
  private var lowered: Set<Int> = []
  private var operations: [PlacedOperation] = []
  private var values: [Program.Value]
  private var layouts: [ParameterLayout]
  /// For each layer's output and the model's input: the value's index and its memory layout.
  private var outputs: [Model.Source: (value: Int, layout: TensorLayout)]
  private var isLogits = false
  private var statisticsCount = 0
  private var foldedCount = 0

  init(_ context: LoweringContext, inputNeedsGradient: Bool) {
    self.context = context
    let plan = context.plan
    values = [Program.Value(count: plan.inputShape.count, needsGradient: inputNeedsGradient)]
    layouts = plan.variables.map { ParameterLayout(factors: $0.shape.dimensions) }
    outputs = [.input: (0, TensorLayout(plan.inputShape))]
  }

  var program: Program {
    Program(
      plan: context.plan, mode: context.mode, operations: operations, segments: segments, values: values,
      output: outputs[.node(context.plan.nodes.count - 1)]?.value ?? 0, isLogits: isLogits, layouts: layouts)
  }

  private var segments: [Range<Int>] {
    let starts = [0] + operations.indices.filter { operations[$0].batchOperation != nil }
    return zip(starts, starts.dropFirst() + [operations.count]).map { $0..<$1 }
  }

  mutating func compile() throws {
    for index in context.plan.nodes.indices where !lowered.contains(index) {
      let inputs = context.plan.nodes[index].inputs.map(output(of:))
      if let layer = layerToSplit(at: index) {
        try appendSplit(layer, at: index, inputs: inputs)
        appendPenalty(of: index)
        continue
      }
      let fusion = context.fusion(at: index, input: inputs[0].layout)
      let layers = fusion?.layers ?? [index]
      if let operation = try fusion?.operation ?? operation(at: index, inputs: inputs.map(\.layout)) {
        append(operation, layers: layers, inputs: inputs.map(\.value), normalization: fusion?.normalization)
      } else {
        let layout = context.plan.nodes[index].layer.outputLayout(for: inputs[0].layout)
        outputs[.node(index)] = (inputs[0].value, layout)
      }
      lowered.formUnion(layers)
      appendPenalty(of: layers[layers.count - 1])
    }
  }

  private func output(of source: Model.Source) -> (value: Int, layout: TensorLayout) {
    guard let output = outputs[source] else { preconditionFailure("\(source) was not lowered before it was read") }
    return output
  }

  /// The layer, if training needs the inputs of its activation function.
  private func layerToSplit(at index: Int) -> (any ActivatedLayer)? {
    guard context.mode == .training, let layer = context.layer(index) as? any ActivatedLayer,
      layer.activation.backwardReads == .inputs
    else { return nil }
    return layer
  }

  /// Appends a layer without its activation function, and the function as an operation of its own.
  private mutating func appendSplit(
    _ layer: any ActivatedLayer, at index: Int, inputs: [(value: Int, layout: TensorLayout)]
  ) throws {
    var linear = layer
    linear.activation = .linear
    guard let operation = try linear.operation(at: site(of: index, inputs: inputs.map(\.layout))) else { return }
    append(operation, layers: [index], inputs: inputs.map(\.value))
    append(
      ActivationOperation(activation: layer.activation, output: operation.output, kernels: context.kernels),
      layers: [index], inputs: [output(of: .node(index)).value], hasVariables: false)
  }

  /// Appends the penalty on the outputs of a layer, if it has one.
  private mutating func appendPenalty(of index: Int) {
    guard let regularizer = context.activityRegularizer(of: index) else { return }
    let (value, layout) = output(of: .node(index))
    append(
      ActivityPenaltyOperation(regularizer, output: layout), layers: [index], inputs: [value], hasVariables: false)
  }

  private func site(of index: Int, inputs: [TensorLayout]) -> LayerSite {
    LayerSite(
      inputs: inputs, layerIndex: index, isTrainable: context.plan.nodes[index].isTrainable, mode: context.mode,
      kernels: context.kernels)
  }

  /// The operation of one layer; nil if its output is its input.
  private mutating func operation(at index: Int, inputs: [TensorLayout]) throws -> (any Operation)? {
    var layer = context.plan.nodes[index].layer
    // A penalty is on the probabilities: then these are computed.
    if context.leavesSoftmax, index == context.plan.nodes.count - 1, context.activityRegularizer(of: index) == nil,
      let argument = layer.softmaxArgument
    {
      isLogits = true
      guard case .layer(let rest) = argument else { return nil }
      layer = rest
    }
    return try layer.operation(at: site(of: index, inputs: inputs))
  }

  /// - Parameters:
  ///   - normalization: the layer that is folded into the weights of the first one; nil for none.
  ///   - hasVariables: whether the operation has the variables of its layers.
  private mutating func append(
    _ operation: any Operation, layers: [Int], inputs: [Int], normalization: Int? = nil, hasVariables: Bool = true
  ) {
    let plan = context.plan
    let indices = hasVariables ? layers.flatMap { plan.nodes[$0].variables } : []
    for (index, layout) in zip(indices, operation.variableLayouts) { layouts[index] = layout }
    let folding = normalization.map { normalization in
      WeightFolding(
        plan, kernel: layers[0], normalization: normalization, layouts: layouts, offset: foldedCount)
    }
    foldedCount += folding?.count ?? 0
    let variables = indices.map { plan.variables[$0] }
    let trainable = variables.filter { $0.role == .trainable }
    let weights = variables.first { $0.specification.role == .trainable }
    values.append(
      Program.Value(
        count: operation.output.shape.count,
        needsGradient: !trainable.isEmpty || inputs.contains { values[$0].needsGradient }))
    operations.append(
      PlacedOperation(
        operation: operation, layers: layers, inputs: inputs, output: values.count - 1,
        variableOffset: weights?.offset ?? 0,
        variableCount: trainable.reduce(0) { $0 + $1.specification.alignedCount },
        stateOffset: variables.first { $0.specification.role == .state }?.offset ?? 0,
        isFrozen: weights?.role == .frozen, folding: folding, treeOperation: operation as? any ShardTreeOperation,
        batchOperation: operation as? any BatchOperation, statisticsOffset: statisticsCount))
    statisticsCount += FloatBuffer.aligned((operation as? any BatchOperation)?.statisticsCount ?? 0)
    outputs[.node(layers[layers.count - 1])] = (values.count - 1, operation.output)
  }
}
