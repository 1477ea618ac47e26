import NeuralNetwork

/// The exchange operations of all layers of a model, each with its inputs.
struct ExchangeGraph {
  enum Source: Hashable {
    case input
    /// The output of an operation, by position.
    case operation(Int)
  }

  struct Node {
    let operation: ExchangeOperation
    /// The position of its layer.
    let layerIndex: Int
    let inputs: [Source]
    /// The sample shapes of the first input and of the output.
    let input: Shape
    let output: Shape
  }

  private(set) var nodes: [Node] = []
  private(set) var output: Source = .input

  /// - Throws: `ModelError` if a layer has no exchange form.
  init(_ plan: ModelPlan) throws {
    // The output of each layer; that of a layer without operations is its input.
    var outputs: [Source] = []
    for (index, layer) in plan.nodes.enumerated() {
      var inputs = layer.inputs.map { source in
        switch source {
        case .input: Source.input
        case .node(let index): outputs[index]
        }
      }
      var shape = layer.inputShapes[0]
      for operation in try Self.operations(of: layer, at: index) {
        nodes.append(
          Node(operation: operation, layerIndex: index, inputs: inputs, input: shape, output: layer.outputShape))
        (inputs, shape) = ([.operation(nodes.count - 1)], layer.outputShape)
      }
      outputs.append(inputs[0])
    }
    output = outputs.last ?? .input
  }

  private static func operations(of layer: ModelPlan.Node, at index: Int) throws -> [ExchangeOperation] {
    do {
      return try layer.layer.exchangeForm(for: layer.inputShapes)
    } catch is NoExchangeForm {
      throw ModelError(
        layerIndex: index, layerName: layer.name,
        reason: "a \(layer.className) cannot be exported: its type has no exchange form.")
    }
  }

  /// For each operation, whether all its readers accept its values in another order: ultimately only dense layers do,
  /// with permuted kernels.
  var acceptsAnyOrder: [Bool] {
    var accepts = [Bool](repeating: true, count: nodes.count)
    if case .operation(let index) = output { accepts[index] = false }
    for (index, node) in nodes.enumerated().reversed() where !node.passesOrder(accepts[index]) {
      for case .operation(let source) in node.inputs { accepts[source] = false }
    }
    return accepts
  }
}

extension ExchangeGraph.Node {
  /// Whether the order of the input does not matter, or is that of the output if that may be any.
  ///
  /// - Parameter outputMayBeAny: whether the output may have any order.
  fileprivate func passesOrder(_ outputMayBeAny: Bool) -> Bool {
    switch operation {
    case .product: true
    case .activation(let function): function != .softmax && function != .logSoftmax && outputMayBeAny
    case .flatten, .scaling, .dropout: outputMayBeAny
    case .convolution, .transposedConvolution, .maximum, .average, .normalization, .standardization, .sum,
      .concatenation, .globalAverage, .parametricRelu, .layerNormalization, .groupNormalization, .unitNormalization,
      .merge, .globalMaximum, .padding, .cropping, .upsampling, .resizing, .reshape, .permutation:
      false
    }
  }
}
