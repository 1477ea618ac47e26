import KerasFormat
import NeuralNetwork

/// Converts layer operations to steps, and transposes values to the axis order that each step needs.
struct ChannelsFirstBuilder {
  /// A value of the model: its source, and the axis order of a sample.
  private struct Value {
    var source: ChannelsFirstModel.Source
    /// The shape as in Keras.
    var shape: Shape
    /// Whether the channels are the first axis of a sample instead of the last.
    var isChannelsFirst = false
    /// The (height, width, channels) of the flattened image, if the vector's values are in the order (channels, height,
    /// width).
    var flattenedImage: Shape?
  }

  private let model: TrainedModel
  private let plan: ModelPlan
  private let graph: ExchangeGraph
  private let input: Value
  /// The outputs of the operations.
  private var values: [Value] = []
  private(set) var steps: [ChannelsFirstModel.Step] = []
  /// Values already transposed to the other order.
  private var reordered: [ChannelsFirstModel.Source: Value] = [:]

  init(model: TrainedModel, plan: ModelPlan, isChannelsFirst: Bool) throws {
    self.model = model
    self.plan = plan
    graph = try ExchangeGraph(plan)
    input = Value(
      source: .input, shape: plan.inputShape, isChannelsFirst: isChannelsFirst && plan.inputShape.image != nil)
  }

  mutating func appendAll() {
    let accepts = graph.acceptsAnyOrder
    for (node, acceptsAnyOrder) in zip(graph.nodes, accepts) {
      values.append(append(node, acceptsAnyOrder: acceptsAnyOrder))
    }
  }

  /// The model's output, with an image in the requested order.
  mutating func finish(isChannelsFirst: Bool) -> ChannelsFirstModel.Source {
    let value = value(of: graph.output)
    let isImage = value.shape.image != nil
    return arranged(value, isChannelsFirst: isChannelsFirst && isImage, plan.nodes.count - 1).source
  }

  private func value(of source: ExchangeGraph.Source) -> Value {
    switch source {
    case .input: input
    case .operation(let index): values[index]
    }
  }

  // MARK: - Operations

  /// - Parameter acceptsAnyOrder: whether all readers of the result accept a flattened image in any order.
  private mutating func append(_ node: ExchangeGraph.Node, acceptsAnyOrder: Bool) -> Value {
    let values = node.inputs.map(value)
    let first = values[0]
    switch node.operation {
    case .convolution(let kernel, let bias, let window, let groups):
      let weights = weights(
        kernel, bias, of: node.layerIndex, axes: [3, 2, 0, 1],
        groupChannels: groups == 1 ? nil : (first.shape.dimensions.last ?? 1) / groups)
      return addWindow(.convolution(weights, window: window, groups: groups), first, node)
    case .transposedConvolution(let kernel, let bias, let window):
      let weights = weights(kernel, bias, of: node.layerIndex, axes: [3, 2, 0, 1])
      return addWindow(.transposedConvolution(weights, window: window), first, node)
    case .resizing(let source, let size, let isBilinear):
      return addWindow(.resizing(from: source, to: size, isBilinear: isBilinear), first, node)
    case .maximum(let window): return addWindow(.maximum(window: window), first, node)
    case .average(let window): return addWindow(.average(window: window), first, node)
    case .flatten: return addFlatten(first, node, acceptsAnyOrder: acceptsAnyOrder)
    case .product(let kernel, let bias):
      let weights = weights(kernel, bias, of: node.layerIndex, axes: [1, 0], flattened: first.flattenedImage)
      return Value(source: add(.product(weights), [first], node), shape: node.output)
    case .activation(let function):
      return passing(.activation(function, isChannelsFirst: first.isChannelsFirst), first, node)
    case .parametricRelu(let alpha): return addParametricRelu(alpha, first, node)
    case .layerNormalization(let gamma, let beta, let epsilon):
      let value = arranged(first, isChannelsFirst: false, node.layerIndex)
      return passing(.layerNormalization(affine(gamma, beta, epsilon, node)), value, node)
    case .groupNormalization(let groups, let gamma, let beta, let epsilon):
      let value = arranged(first, isChannelsFirst: first.shape.dimensions.count > 1, node.layerIndex)
      return passing(.groupNormalization(affine(gamma, beta, epsilon, node), groups: groups), value, node)
    case .unitNormalization: return passing(.unitNormalization(isChannelsFirst: first.isChannelsFirst), first, node)
    case .merge(let function): return addJoined(values, node) { _ in .merge(function) }
    case .globalMaximum(let keepsDimensions):
      return addGlobalPooling(.globalMaximum, first, node, keepsDimensions: keepsDimensions)
    case .padding(let borders): return addWindow(.padding(borders), first, node)
    case .cropping(let borders): return addWindow(.cropping(borders), first, node)
    case .upsampling(let layer): return addWindow(.upsampling(layer), first, node)
    case .reshape: return addInKerasOrder(.reshape, first, node)
    case .permutation(let axes): return addInKerasOrder(.permutation(axes), first, node)
    case .normalization(let normalization):
      // A vector has only this axis.
      let isFirst = first.shape.dimensions.count > 1
      let value = arranged(first, isChannelsFirst: isFirst, node.layerIndex)
      return passing(.normalization(parameters(normalization, node)), value, node)
    case .standardization(let mean, let variance):
      let value = arranged(first, isChannelsFirst: first.shape.dimensions.count > 1, node.layerIndex)
      return passing(.normalization(constants(mean: mean, variance: variance, node)), value, node)
    case .scaling(let scale, let offset): return passing(.scaling(scale: scale, offset: offset), first, node)
    case .dropout(let rate): return passing(.dropout(rate: rate), first, node)
    case .sum: return addJoined(values, node) { _ in .sum }
    case .concatenation: return addJoined(values, node) { .concatenation(isChannelsFirst: $0) }
    case .globalAverage(let keepsDimensions):
      return addGlobalPooling(.globalAverage, first, node, keepsDimensions: keepsDimensions)
    }
  }

  private mutating func addWindow(
    _ operation: ChannelsFirstModel.Operation, _ value: Value, _ node: ExchangeGraph.Node
  ) -> Value {
    let image = arranged(value, isChannelsFirst: true, node.layerIndex)
    return Value(source: add(operation, [image], node), shape: node.output, isChannelsFirst: true)
  }

  /// Appends a step whose output has the order of its input.
  private mutating func passing(
    _ operation: ChannelsFirstModel.Operation, _ value: Value, _ node: ExchangeGraph.Node
  ) -> Value {
    var result = value
    result.source = add(operation, [value], node)
    result.shape = node.output
    return result
  }

  private mutating func addFlatten(_ value: Value, _ node: ExchangeGraph.Node, acceptsAnyOrder: Bool) -> Value {
    let image = value.isChannelsFirst ? value.shape : nil
    // With one position or one channel, both orders are the same.
    let isOrderless =
      image.map { $0.count == $0.dimensions[$0.dimensions.count - 1] || $0.dimensions.last == 1 } ?? true
    let keepsOrder = acceptsAnyOrder && value.shape.image != nil
    let source = isOrderless || keepsOrder ? value : arranged(value, isChannelsFirst: false, node.layerIndex)
    return Value(
      source: add(.flatten, [source], node), shape: node.output,
      flattenedImage: source.isChannelsFirst && !isOrderless ? image : value.flattenedImage)
  }

  /// Appends a step with several inputs: in Keras' order if all inputs are.
  private mutating func addJoined(
    _ values: [Value], _ node: ExchangeGraph.Node,
    _ operation: (_ isChannelsFirst: Bool) -> ChannelsFirstModel.Operation
  ) -> Value {
    let isFirst = values.contains(where: \.isChannelsFirst)
    let inputs = values.map { arranged($0, isChannelsFirst: isFirst, node.layerIndex) }
    return Value(source: add(operation(isFirst), inputs, node), shape: node.output, isChannelsFirst: isFirst)
  }

  private mutating func addGlobalPooling(
    _ operation: ChannelsFirstModel.Operation, _ value: Value, _ node: ExchangeGraph.Node, keepsDimensions: Bool
  ) -> Value {
    let image = arranged(value, isChannelsFirst: true, node.layerIndex)
    let pooled = Value(
      source: add(operation, [image], node), shape: [1, 1, value.shape.dimensions[2]], isChannelsFirst: true)
    return keepsDimensions ? pooled : Value(source: add(.flatten, [pooled], node), shape: node.output)
  }

  private mutating func addInKerasOrder(
    _ operation: ChannelsFirstModel.Operation, _ value: Value, _ node: ExchangeGraph.Node
  ) -> Value {
    let value = arranged(value, isChannelsFirst: false, node.layerIndex)
    return Value(source: add(operation, [value], node), shape: node.output)
  }

  private mutating func addParametricRelu(_ name: String, _ value: Value, _ node: ExchangeGraph.Node) -> Value {
    let alpha = variable(name, of: node.layerIndex)
    let axes = Array(alpha.dimensions.indices)
    let order = value.isChannelsFirst ? axes.suffix(1) + axes.dropLast() : axes
    return passing(.parametricRelu(alpha: permuted(alpha, axes: order, flattened: nil)), value, node)
  }

  // MARK: - Steps

  private mutating func add(
    _ operation: ChannelsFirstModel.Operation, _ inputs: [Value], _ node: ExchangeGraph.Node
  ) -> ChannelsFirstModel.Source {
    add(operation, inputs, node.layerIndex, output: node.output)
  }

  private mutating func add(
    _ operation: ChannelsFirstModel.Operation, _ inputs: [Value], _ layerIndex: Int, output: Shape
  ) -> ChannelsFirstModel.Source {
    steps.append(
      ChannelsFirstModel.Step(
        layer: plan.nodes[layerIndex].name, operation: operation, inputs: inputs.map(\.source), input: inputs[0].shape,
        output: output))
    return .step(steps.count - 1)
  }

  /// The value with channels first or last, transposed at most once for all readers.
  private mutating func arranged(_ value: Value, isChannelsFirst wanted: Bool, _ layerIndex: Int) -> Value {
    guard value.isChannelsFirst != wanted, value.shape.dimensions.count > 1 else { return value }
    if let known = reordered[value.source] { return known }
    var result = value
    result.source = add(wanted ? .toChannelsFirst : .toChannelsLast, [value], layerIndex, output: value.shape)
    result.isChannelsFirst = wanted
    reordered[value.source] = result
    reordered[result.source] = value
    return result
  }

  // MARK: - Weights

  private func variable(_ name: String, of layer: Int) -> NamedTensor {
    guard let index = plan.nodes[layer].variables.first(where: { plan.variables[$0].name == name }) else {
      preconditionFailure("layer \(layer) has no \(name)")
    }
    let variable = model.weights[index]
    return NamedTensor(plan.variables[index].path, variable.shape.dimensions, variable.values)
  }

  /// - Parameters:
  ///   - axes: the axes of Keras' kernel in the order of the other program.
  ///   - groupChannels: the channels of a group of a convolution: its kernel is taken as (height, width, group channels,
  ///     out), whatever its own last axes are; nil for those.
  ///   - flattened: the shape of the image flattened into the dense layer's input, if channels come first.
  private func weights(
    _ kernel: String, _ bias: String?, of layer: Int, axes: [Int], groupChannels: Int? = nil, flattened: Shape? = nil
  ) -> ChannelsFirstModel.Weights {
    var kernel = variable(kernel, of: layer)
    if let groupChannels {
      let sizes = kernel.dimensions
      kernel.dimensions = [sizes[0], sizes[1], groupChannels, sizes[2] * sizes[3] / groupChannels]
    }
    return ChannelsFirstModel.Weights(
      kernel: permuted(kernel, axes: axes, flattened: flattened), bias: bias.map { variable($0, of: layer) })
  }

  private func permuted(_ kernel: NamedTensor, axes: [Int], flattened: Shape?) -> NamedTensor {
    guard case .floats(let values) = kernel.values else { preconditionFailure("\(kernel.name) holds integers") }
    var layout = ParameterLayout(factors: kernel.dimensions, order: axes)
    if let image = flattened?.image {
      // Its inputs are in the order (channels, height·width).
      layout = ParameterLayout(
        factors: [image.height * image.width, image.channels, kernel.dimensions[1]], order: [2, 1, 0])
    }
    let stored = [Float](unsafeUninitializedCapacity: values.count) { target, count in
      guard let start = target.baseAddress else { return }
      values.withUnsafeBufferPointer { source in source.baseAddress.map { layout.store($0, to: start) } }
      count = values.count
    }
    return NamedTensor(kernel.name, axes.map { kernel.dimensions[$0] }, stored)
  }

  /// A normalization without variables.
  private func constants(
    mean: [Double], variance: [Double], _ node: ExchangeGraph.Node
  ) -> ChannelsFirstModel.Normalization {
    func tensor(_ name: String, _ values: [Float]) -> NamedTensor {
      NamedTensor("\(plan.nodes[node.layerIndex].name)/\(name)", [values.count], values)
    }
    return ChannelsFirstModel.Normalization(
      gamma: tensor("gamma", mean.map { _ in 1 }), beta: tensor("beta", mean.map { _ in 0 }),
      mean: tensor("mean", mean.map { Float($0) }), variance: tensor("variance", variance.map { Float($0) }),
      isAffine: false, epsilon: 0, momentum: 1)
  }

  private func affine(
    _ gamma: String?, _ beta: String?, _ epsilon: Double, _ node: ExchangeGraph.Node
  ) -> ChannelsFirstModel.Affine {
    ChannelsFirstModel.Affine(
      gamma: channelVariable(gamma, "gamma", 1, node), beta: channelVariable(beta, "beta", 0, node),
      isAffine: gamma != nil || beta != nil, epsilon: epsilon)
  }

  /// A variable (channels), or a constant in its place.
  private func channelVariable(
    _ name: String?, _ standard: String, _ value: Float, _ node: ExchangeGraph.Node
  ) -> NamedTensor {
    let channels = node.input.dimensions.last ?? 1
    return name.map { variable($0, of: node.layerIndex) }
      ?? NamedTensor(
        "\(plan.nodes[node.layerIndex].name)/\(standard)", [channels], [Float](repeating: value, count: channels))
  }

  private func parameters(_ form: ExchangeNormalization, _ node: ExchangeGraph.Node) -> ChannelsFirstModel.Normalization
  {
    let layer = node.layerIndex
    return ChannelsFirstModel.Normalization(
      gamma: channelVariable(form.gamma, "gamma", 1, node), beta: channelVariable(form.beta, "beta", 0, node),
      mean: variable(form.mean, of: layer),
      variance: variable(form.variance, of: layer), isAffine: form.gamma != nil || form.beta != nil,
      epsilon: form.epsilon, momentum: form.momentum)
  }
}
