import Configuration
import NeuralNetwork

/// A builder of models from Keras graphs: nested models are flattened, and what only training uses is left out.
struct KerasGraphBuilder {
  /// A requirement of a layer in the file on the shape of its input.
  struct Demand {
    /// The layer's name in messages.
    let place: String
    let input: Model.Source
    /// The axis, counted from the batch axis, that must be the last.
    let lastAxis: Int
  }

  private(set) var model = Model()
  /// The names of the model's layers in the file.
  private(set) var names: [String] = []
  private(set) var demands: [Demand] = []
  /// The batch shape, if a layer states it.
  private(set) var inputShape: ConfigurationNode?
  private(set) var omissions: KerasOmissions
  private let file: String
  private var taken: Set<String> = []

  init(purpose: KerasModelFile.Purpose, file: String) {
    self.file = file
    omissions = KerasOmissions(purpose: purpose, file: file)
  }

  /// Appends the layers of a model with the input `input`.
  ///
  /// - Returns: its output, its layers in the arrangement of the file's weights, its batch shape if it states it, and the
  ///   name of the input layer of a functional model.
  /// - Throws: `ModelFileError` or `ConfigurationError`, naming the layer and the option.
  mutating func append(_ object: KerasObject, place: String, input: Model.Source) throws -> (
    output: Model.Source, owners: [KerasWeightOwner], shape: ConfigurationNode?, inputName: String?
  ) {
    let graph = try KerasGraph(object, place: place, omissions: &omissions, file: file)
    var sources: [String: Model.Source] = [:]
    var (last, owners): (Model.Source, [KerasWeightOwner]) = (input, [])
    for (index, entry) in graph.entries.enumerated() {
      let layer = try KerasLayer(entry.node, index: index, omissions: &omissions, file: file)
      if inputShape == nil, owners.isEmpty { inputShape = layer.inputShape }
      let inputs = try entry.inputs.map { try resolve($0, of: layer, sources) } ?? [last]
      if case .input = layer.kind {
        guard graph.input == nil || entry.name == graph.input else {
          throw malformed("'\(layer.name)' is a second input")
        }
        last = input
      } else {
        guard !inputs.isEmpty else { throw malformed("\(layer.place) has no inputs") }
        let (output, owner) = try append(layer, inputs)
        last = output
        owners.append(owner)
      }
      guard let name = entry.name else { continue }
      guard sources.updateValue(last, forKey: name) == nil else {
        throw malformed("two layers have the name '\(name)'")
      }
    }
    guard let name = graph.output else { return (last, owners, graph.buildInputShape, graph.input) }
    guard let output = sources[name] else { throw malformed("its output layer '\(name)' is missing") }
    return (output, owners, graph.buildInputShape, graph.input)
  }

  private func resolve(_ names: [String], of layer: KerasLayer, _ sources: [String: Model.Source]) throws
    -> [Model.Source]
  {
    try names.map { name in
      guard let source = sources[name] else {
        throw malformed("\(layer.place) reads '\(name)', which does not come before it")
      }
      return source
    }
  }

  private mutating func append(_ layer: KerasLayer, _ inputs: [Model.Source]) throws -> (
    Model.Source, KerasWeightOwner
  ) {
    func owner(_ content: KerasWeightOwner.Content) -> KerasWeightOwner {
      KerasWeightOwner(name: layer.name, className: layer.className, content: content)
    }
    switch layer.kind {
    case .input: return (inputs[0], owner(.nothing))
    case .computed(let computed, let axis):
      if let axis { demands.append(Demand(place: layer.place, input: inputs[0], lastAxis: axis)) }
      let isFree = Model.isLegalName(layer.name) && taken.insert(layer.name).inserted
      let output = model.append(
        computed, name: isFree ? layer.name : nil, inputs: inputs, isTrainable: layer.isTrainable,
        activityRegularizer: layer.activityRegularizer)
      names.append(layer.name)
      return (output, owner(.layer(names.count - 1)))
    case .omitted:
      try checkSingle(inputs, layer)
      return (inputs[0], owner(.nothing))
    case .model(let object):
      try checkSingle(inputs, layer)
      let inner = try append(object, place: layer.place, input: inputs[0])
      return (inner.output, owner(.model(inner.owners)))
    }
  }

  private func checkSingle(_ inputs: [Model.Source], _ layer: KerasLayer) throws {
    guard inputs.count > 1 else { return }
    throw malformed("\(layer.place) reads \(inputs.count) layers")
  }

  private func malformed(_ reason: String) -> ModelFileError { ModelFileError(file: file, .malformed(reason: reason)) }
}
