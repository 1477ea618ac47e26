import Configuration
import NeuralNetwork

/// A parsed Keras model: layers with options and inputs, and the sample shape.
struct KerasModel {
  private(set) var model: Model
  let inputShape: Shape
  /// The names of the layers in the file.
  let layerNames: [String]
  /// The layers of the file in the arrangement of its weights.
  let owners: [KerasWeightOwner]
  /// What was left out, and options that matter only for training from scratch.
  let notes: [String]
  private let demands: [KerasGraphBuilder.Demand]
  private let file: String

  /// - Parameter text: `model_config` or `config.json`.
  /// - Throws: `ModelFileError` or `ConfigurationError`, naming the layer and the option.
  init(_ text: String, purpose: KerasModelFile.Purpose, file: String) throws {
    self.file = file
    let document = try JSONDocument.parse(text)
    let object = try KerasObject(document, place: "the model", file: file)
    var builder = KerasGraphBuilder(purpose: purpose, file: file)
    let top = try builder.append(object, place: "the model", input: .input)
    model = builder.model
    // Keras reads it for a functional model, and ignores it for a Sequential.
    if object.className != "Sequential", object.configuration["trainable"] == false {
      model.setTrainable(false, layers: model.nodes.indices)
    }
    owners = top.owners
    layerNames = builder.names
    demands = builder.demands
    notes = builder.omissions.notes
    inputShape = try Self.inputShape(
      builder.inputShape ?? top.shape ?? document["build_config"]?["input_shape"], file: file)
    guard top.output == model.output else {
      throw ModelFileError(
        file: file,
        .unsupportedModel(className: object.className, reason: "layers follow its output layer"))
    }
    model.setLayerNames(model.layerNames)
    if let name = top.inputName, name != KerasLayerOrder.defaultInputName, Model.isLegalName(name),
      !model.layerNames.contains(name)
    {
      model.inputName = name
    }
    if !model.isChain { model.name = "functional" }
  }

  /// The names in the file of the layers that are left out; they may have variables, such as generator state.
  var weightlessNames: Set<String> { Set(owners.filter { $0.nodes.isEmpty }.map(\.name)) }

  /// Whether a normalization layer has its mean and variance among the file's weights.
  var hasPendingNormalizations: Bool { model.layers.contains { ($0 as? Normalization)?.isAdapted == false } }

  /// Replaces a normalization layer by an adapted one.
  mutating func setNormalization(_ normalization: Normalization, ofLayer index: Int) {
    model.setNormalization(normalization, ofLayer: index)
  }

  /// The maximum number of values per sample: an image of 4096x4096 pixels. Memory use grows with it, at no cost in the
  /// file.
  private static let largestInput = 16_777_216.0

  /// The sample shape from a batch shape.
  private static func inputShape(_ node: ConfigurationNode?, file: String) throws -> Shape {
    guard case .sequence(let elements) = node?.value else {
      throw ModelFileError(file: file, .missing("input shape: build the model before saving it"))
    }
    let dimensions = elements.dropFirst().compactMap { element in
      if case .integer(let size) = element.value, (1...1 << 20).contains(size) { size } else { nil }
    }
    let count = dimensions.reduce(1.0) { $0 * Double($1) }
    guard dimensions.count == elements.count - 1, (1...3).contains(dimensions.count), count <= largestInput else {
      throw ModelFileError(
        file: file,
        .unsupportedOption(
          place: "the input", option: "shape", received: ConfigurationNode(.sequence(elements)).json,
          accepted: "the batch, then 1 to 3 sizes of \(Int(largestInput)) values in total"))
    }
    return Shape(dimensions)
  }

  /// Refuses functions that former versions of Keras compute by another formula.
  ///
  /// - Parameter version: that of the file; nil if it is unknown.
  /// - Throws: `ModelFileError`.
  func checkFunctions(ofVersion version: String?) throws {
    guard let major = version?.split(separator: ".").first.flatMap({ Int($0) }), major < 3 else { return }
    for (layer, name) in zip(model.layers, layerNames) {
      let function = (layer as? any ActivatedLayer)?.activation ?? ActivationFunction(of: layer)
      guard function == .hardSigmoid else { continue }
      throw ModelFileError(
        file: file,
        .unsupportedOption(
          place: "layer '\(name)' (\(type(of: layer).className))", option: "activation", received: "hard_sigmoid",
          accepted: "that of Keras 3, x / 6 + 0.5 from 0 to 1; Keras \(major) computes 0.2x + 0.5"))
    }
  }

  /// The model with its inferred shapes.
  ///
  /// - Throws: `ModelFileError`, with the layer's name in the file, if the layers do not fit together.
  func plan() throws -> ModelPlan {
    let plan: ModelPlan
    do {
      plan = try model.plan(inputShape: inputShape)
    } catch let error as ModelError {
      let place = error.layerIndex.map { "layer '\(layerNames[$0])' (\(type(of: model.layers[$0]).className))" }
      throw ModelFileError(file: file, .unusable(reason: "\(place ?? "the model"): \(error.reason)"))
    }
    for demand in demands { try check(demand, plan.shape(of: demand.input).dimensions) }
    return plan
  }

  private func check(_ demand: KerasGraphBuilder.Demand, _ dimensions: [Int]) throws {
    guard demand.lastAxis != dimensions.count else { return }
    throw ModelFileError(
      file: file,
      .unsupportedOption(
        place: demand.place, option: "axis", received: "\(demand.lastAxis)",
        accepted: "-1, the last axis, which is \(dimensions.count) here"))
  }
}
