import Kernels

extension Sequential {
  /// Works out all shapes for samples of `inputShape`, and what computes them.
  ///
  /// - Throws: `ModelError` if a layer cannot take what comes to it.
  public func build(inputShape: Shape, kernels: KernelSet) throws -> Network {
    guard !layers.isEmpty else {
      throw ModelError(layerIndex: nil, layerName: "", reason: "it has no layers.", advice: ". Add at least one")
    }
    guard layers.count <= LayerLimits.layers else {
      throw ModelError(
        layerIndex: nil, layerName: "",
        reason: "it has \(layers.count) layers, more than the \(LayerLimits.layers) that a checkpoint can hold.")
    }
    guard Self.isComputable(inputShape) else {
      throw ModelError(
        layerIndex: nil, layerName: "",
        reason: "a sample of the shape \(inputShape) has more than \(LayerLimits.sampleCount) values.")
    }
    let builtLayers = try layerShapes(inputShape: inputShape)
    let (computed, form) = layersWithoutFinalSoftmax
    var builder = NetworkBuilder(names: layerNames, input: TensorLayout(inputShape), kernels: kernels)
    while builder.layerIndex < computed.count {
      try builder.append(computed[builder.layerIndex...])
    }
    guard !builder.parameters.isEmpty else {
      throw ModelError(
        layerIndex: nil, layerName: "", reason: "it has no weights to train.",
        advice: ". Add a dense or a conv2d layer")
    }
    return Network(
      inputShape: inputShape, layers: builtLayers, steps: builder.steps, parameters: builder.parameters, form: form)
  }

  /// The output shape of each layer.
  func layerShapes(inputShape: Shape) throws -> [Network.Layer] {
    var shape = inputShape
    return try zip(layers, layerNames).enumerated().map { index, entry in
      let (layer, name) = entry
      do {
        let output = try layer.outputShape(for: shape)
        guard Self.isComputable(output) else {
          throw LayerShapeError(needs: "at most \(LayerLimits.sampleCount) outputs a sample, not \(output)")
        }
        shape = output
        return Network.Layer(name: name, className: type(of: layer).className, outputShape: output)
      } catch let error as LayerShapeError {
        throw ModelError(
          layerIndex: index, layerName: name, reason: "got \(shape), needs \(error.needs).",
          advice: error.advice.map { "; \($0)" })
      }
    }
  }

  private static func isComputable(_ shape: Shape) -> Bool {
    var count = 1
    for dimension in shape.dimensions {
      let product = count.multipliedReportingOverflow(by: dimension)
      guard !product.overflow, product.partialValue <= LayerLimits.sampleCount else { return false }
      count = product.partialValue
    }
    return true
  }

  /// The layers to compute, with a final softmax left to the loss.
  private var layersWithoutFinalSoftmax: (layers: [any Layer], form: OutputForm) {
    var computed = layers
    if var dense = layers.last as? Dense, dense.activation == .softmax {
      dense.activation = .linear
      computed[computed.count - 1] = dense
      return (computed, .logits)
    }
    if let activation = layers.last as? Activation, activation.activation == .softmax {
      computed.removeLast()
      return (computed, .logits)
    }
    return (computed, .outputs)
  }
}

/// Strings computations together, and gives each parameter its place.
private struct NetworkBuilder {
  let names: [String]
  let kernels: KernelSet
  private(set) var input: TensorLayout
  private(set) var layerIndex = 0
  private(set) var steps: [Network.Step] = []
  private(set) var parameters: [Parameter] = []
  private var parameterOffset = 0

  init(names: [String], input: TensorLayout, kernels: KernelSet) {
    self.names = names
    self.input = input
    self.kernels = kernels
  }

  /// Takes one layer, or several that a fused computation covers.
  mutating func append(_ remaining: ArraySlice<any Layer>) throws {
    for type in FusedComputationCatalog.all {
      guard let fused = type.init(remaining, isFirst: layerIndex == 0, input: input, kernels: kernels) else { continue }
      try append(fused)
      input = fused.outputLayout
      layerIndex += type.layerCount
      return
    }
    let layer = remaining[layerIndex]
    if let computation = try layer.makeComputation(for: input, kernels: kernels) { try append(computation) }
    input = try layer.outputLayout(for: input)
    layerIndex += 1
  }

  private mutating func append(_ computation: any LayerComputation) throws {
    steps.append(
      Network.Step(
        computation: computation, layerIndex: layerIndex, inputCount: input.shape.count,
        parameterOffset: parameterOffset))
    for specification in computation.parameters {
      let shape = specification.shape
      guard shape.count <= LayerLimits.parameterCount else {
        throw ModelError(
          layerIndex: layerIndex, layerName: names[layerIndex],
          reason: "its \(specification.name) would have the shape \(shape), and at most \(LayerLimits.parameterCount) "
            + "values are possible.")
      }
      parameters.append(
        Parameter(
          specification: specification, layerIndex: layerIndex, layerName: names[layerIndex], offset: parameterOffset))
      parameterOffset += specification.paddedCount
    }
  }
}
