/// A model with all shapes resolved: the output shape of each layer, and every variable.
///
/// `compile` turns it into a `Program`, which computes it.
public struct ModelPlan: Sendable {
  /// A layer with its shapes.
  public struct Node: Sendable {
    /// The name of the layer.
    public let name: String
    /// The layer.
    public let layer: any Layer
    /// Whether training changes its variables: see `Model.Node.isTrainable`.
    public let isTrainable: Bool
    /// The penalty on its outputs; nil for none.
    public let activityRegularizer: (any Regularizer)?
    /// The inputs of the layer, in order.
    public let inputs: [Model.Source]
    /// The sample shape of each input.
    public let inputShapes: [Shape]
    /// The sample shape of the output.
    public let outputShape: Shape
    /// The indices of its variables in `ModelPlan.variables`.
    public let variables: Range<Int>

    /// Keras' class name of the layer.
    public var className: String { type(of: layer).className }
  }

  /// The model.
  public let model: Model
  /// The shape of a sample.
  public let inputShape: Shape
  /// The layers with their shapes, in topological order.
  public let nodes: [Node]
  /// All variables in Keras' order: layer by layer.
  public let variables: [Variable]
  /// The number of floats in the flat buffer of all trainable variables, each aligned to a cache line.
  public let trainableCount: Int
  /// The number of floats in the flat buffer of all other variables.
  public let stateCount: Int
  /// The number of floats of the variables that layers update in training: they come first in the buffer of
  /// `stateCount`, those of frozen layers after them.
  package let movingCount: Int

  /// The sample shape of the model's output.
  public var outputShape: Shape { nodes.last?.outputShape ?? inputShape }

  /// The variables that the optimizer updates, in Keras' order.
  public var trainableVariables: [Variable] { variables.filter { $0.role == .trainable } }

  /// Checks that at least one layer is trainable.
  ///
  /// - Throws: `ModelError` if all layers with weights are frozen.
  package func checkTrains() throws {
    guard trainableVariables.isEmpty else { return }
    throw ModelError(
      layerIndex: nil, layerName: "", reason: "all layers with weights are frozen.",
      advice: ". Remove trainable: false from at least one")
  }

  /// The total number of values of variables.
  public static func valueCount(_ variables: some Sequence<Variable>) -> Int {
    variables.reduce(0) { $0 + $1.shape.count }
  }

  /// The shape of a source.
  package func shape(of source: Model.Source) -> Shape {
    switch source {
    case .input: inputShape
    case .node(let index): nodes[index].outputShape
    }
  }
}

extension Model {
  /// Resolves all shapes for samples of `inputShape`.
  ///
  /// - Throws: `ModelError` if a layer does not accept its inputs, or none has weights.
  public func plan(inputShape: Shape) throws -> ModelPlan { try plan(inputShape: inputShape, needsWeights: true) }

  package func plan(inputShape: Shape, needsWeights: Bool) throws -> ModelPlan {
    try check(inputShape)
    var builder = PlanBuilder(model: self, inputShape: inputShape)
    for index in nodes.indices { try builder.append(index) }
    guard builder.hasWeights || !needsWeights else {
      throw ModelError(
        layerIndex: nil, layerName: "", reason: "it has no weights to train.",
        advice: ". Add a dense or a conv2d layer")
    }
    return ModelPlan(
      model: self, inputShape: inputShape, nodes: builder.planned, variables: builder.variables,
      trainableCount: builder.trainableCount, stateCount: builder.movingCount + builder.frozenCount,
      movingCount: builder.movingCount)
  }

  private func check(_ inputShape: Shape) throws {
    func error(_ reason: String, advice: String? = nil) -> ModelError {
      ModelError(layerIndex: nil, layerName: "", reason: reason, advice: advice)
    }
    guard !nodes.isEmpty else { throw error("it has no layers.", advice: ". Add at least one") }
    guard nodes.count <= LayerLimits.layers else {
      throw error("it has \(nodes.count) layers, more than the \(LayerLimits.layers) that a checkpoint can store.")
    }
    guard inputShape.isComputable else {
      throw error("a sample of the shape \(inputShape) has more than \(LayerLimits.sampleCount) values.")
    }
    let read = Set(nodes.flatMap(\.inputs))
    let names = layerNames
    for index in nodes.indices.dropLast() where !read.contains(.node(index)) {
      throw ModelError(
        layerIndex: index, layerName: names[index],
        reason: "its output is not used. The last layer is the model's only output.")
    }
  }
}

/// Resolves shapes and variables, layer by layer.
private struct PlanBuilder {
  let model: Model
  let names: [String]
  let inputShape: Shape
  private(set) var planned: [ModelPlan.Node] = []
  private var placed: [Variable] = []
  private(set) var trainableCount = 0
  private(set) var movingCount = 0
  private(set) var frozenCount = 0

  /// Whether any layer has trainable variables, frozen or not.
  var hasWeights: Bool { placed.contains { $0.specification.role == .trainable } }

  /// All variables; those of frozen layers are placed after all moving ones.
  var variables: [Variable] {
    placed.map { variable in
      guard variable.role == .frozen else { return variable }
      return Variable(
        specification: variable.specification, layerIndex: variable.layerIndex, layerName: variable.layerName,
        role: .frozen, offset: movingCount + variable.offset)
    }
  }

  init(model: Model, inputShape: Shape) {
    self.model = model
    self.inputShape = inputShape
    names = model.layerNames
  }

  mutating func append(_ index: Int) throws {
    let node = model.nodes[index]
    let shapes = node.inputs.map { source in
      switch source {
      case .input: inputShape
      case .node(let index): planned[index].outputShape
      }
    }
    let first = placed.count
    let output: Shape
    do {
      try Self.checkCount(of: shapes, for: node.layer)
      output = try node.layer.outputShape(for: shapes)
      guard output.isComputable else {
        throw LayerShapeError(needs: "at most \(LayerLimits.sampleCount) outputs per sample, not \(output)")
      }
    } catch let error as LayerShapeError {
      let received = shapes.map { "\($0)" }.joined(separator: " and ")
      throw ModelError(
        layerIndex: index, layerName: names[index], reason: "got \(received), needs \(error.needs).",
        advice: error.advice.map { "; \($0)" })
    }
    for specification in node.layer.variables(for: shapes) { try append(specification, ofLayer: index) }
    planned.append(
      ModelPlan.Node(
        name: names[index], layer: node.layer, isTrainable: node.isTrainable,
        activityRegularizer: node.activityRegularizer, inputs: node.inputs,
        inputShapes: shapes, outputShape: output, variables: first..<placed.count))
  }

  private static func checkCount(of shapes: [Shape], for layer: any Layer) throws {
    let accepted = type(of: layer).inputCount
    guard !accepted.contains(shapes.count) else { return }
    let count = accepted.lowerBound == accepted.upperBound ? "\(accepted.lowerBound)" : "\(accepted.lowerBound) or more"
    throw LayerShapeError(needs: "\(count) input\(accepted.upperBound == 1 ? "" : "s")")
  }

  private mutating func append(_ specification: VariableSpecification, ofLayer index: Int) throws {
    guard specification.shape.count <= LayerLimits.variableCount else {
      throw ModelError(
        layerIndex: index, layerName: names[index],
        reason: "its \(specification.name) would have the shape \(specification.shape); at most "
          + "\(LayerLimits.variableCount) values are possible.")
    }
    let role = model.nodes[index].isTrainable ? specification.role : .frozen
    placed.append(
      Variable(
        specification: specification, layerIndex: index, layerName: names[index], role: role,
        offset: takePlace(for: specification.alignedCount, role)))
  }

  /// - Returns: the offset among the variables of the role.
  private mutating func takePlace(for count: Int, _ role: VariableSpecification.Role) -> Int {
    func take(_ total: inout Int) -> Int {
      defer { total += count }
      return total
    }
    return switch role {
    case .trainable: take(&trainableCount)
    case .state: take(&movingCount)
    case .frozen: take(&frozenCount)
    }
  }
}

extension Shape {
  /// Whether a sample of this shape has at most `LayerLimits.sampleCount` values.
  var isComputable: Bool {
    var count = 1
    for dimension in dimensions {
      let product = count.multipliedReportingOverflow(by: dimension)
      guard !product.overflow, product.partialValue <= LayerLimits.sampleCount else { return false }
      count = product.partialValue
    }
    return true
  }
}
