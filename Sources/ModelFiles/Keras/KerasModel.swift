import Configuration
import NeuralNetwork

/// A Sequential that Keras describes, understood: the layers with their options, and the shape of a sample.
struct KerasModel {
  let model: Sequential
  let inputShape: Shape
  /// What the file calls the layers.
  let layerNames: [String]
  /// Options that count for a training from the start, which would not begin as Keras' does.
  let notes: [String]

  /// - Parameter text: `model_config` or `config.json`.
  /// - Throws: `ModelFileError` or `ConfigurationError` that names the layer and the option.
  init(_ text: String, file: String) throws {
    let document = try JSONDocument.parse(text)
    let object = try KerasObject(document, place: "the model", file: file)
    guard object.className == "Sequential" else {
      throw ModelFileError(file: file, .unsupportedModel(className: object.className))
    }
    // Keras 1 and the first of Keras 2 wrote the list alone.
    let list = object.configuration["layers"] ?? object.configuration
    if case .mapping = object.configuration.value {
      _ = try KerasNeutralOptions.options(
        of: object.configuration, keys: ["layers", "build_input_shape"], owner: .layer, place: "the model", file: file)
    }
    guard case .sequence(let nodes) = list.value else {
      throw ModelFileError(file: file, .malformed(reason: "the model has no list of layers"))
    }
    let layers = try nodes.enumerated().map { try KerasLayer($1, index: $0, file: file) }
    let shape =
      layers.first?.inputShape ?? object.configuration["build_input_shape"]
      ?? document["build_config"]?["input_shape"]
    let built = layers.compactMap(\.layer)
    model = Sequential(built.map(\.layer))
    layerNames = built.map(\.name)
    notes = built.flatMap(\.notes)
    inputShape = try Self.inputShape(shape, before: built.first?.layer, file: file)
  }

  /// The values of a sample: a picture of 4096x4096 pixels. What is computed with grows with it, and costs nothing in a
  /// file.
  private static let largestInput = 16_777_216.0

  /// The shape of a sample, from that of a batch.
  private static func inputShape(_ node: ConfigurationNode?, before first: (any Layer)?, file: String) throws -> Shape {
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
          accepted: "the batch, then 1 to 3 sizes of \(Int(largestInput)) values in all"))
    }
    // Samples here are (height, width, channels); a flattened picture is the same with one channel.
    return Shape(first is Flatten && dimensions.count == 2 ? dimensions + [1] : dimensions)
  }
}

/// One entry in Keras' list of layers.
private struct KerasLayer {
  /// A layer that computes something, and what is known of it.
  struct Computed {
    let layer: any Layer
    let name: String
    let notes: [String]
  }

  /// Nil for an input.
  let layer: Computed?
  /// The shape of a batch, where the entry tells it.
  let inputShape: ConfigurationNode?

  init(_ node: ConfigurationNode, index: Int, file: String) throws {
    let object = try KerasObject(node, place: "layer \(index)", file: file)
    let name = if case .string(let name) = object.configuration["name"]?.value { name } else { "\(index)" }
    let place = "layer '\(name)' (\(object.className))"
    inputShape = ["batch_shape", "batch_input_shape"].lazy.compactMap { object.configuration[$0] }.first
    if object.className == "InputLayer" {
      _ = try KerasNeutralOptions.options(of: object.configuration, keys: [], owner: .layer, place: place, file: file)
      layer = nil
      return
    }
    let supported = LayerCatalog.all
    guard let type = supported.first(where: { ([$0.className] + $0.classAliases).contains(object.className) }) else {
      throw ModelFileError(
        file: file,
        .unsupportedLayer(layer: name, className: object.className, supported: supported.map { $0.className }))
    }
    let options = try KerasNeutralOptions.options(
      of: object.configuration, keys: type.optionKeys, owner: .layer, place: place, file: file)
    let reader = try ConfigurationReader(Self.plain(options), path: place, keys: type.optionKeys)
    layer = Computed(
      layer: try type.init(options: reader), name: name, notes: Self.notes(object.configuration, place: place))
  }

  /// The options with functions by their names.
  private static func plain(_ options: ConfigurationNode) -> ConfigurationNode {
    guard case .mapping(let entries) = options.value else { return options }
    return ConfigurationNode(
      mapping: entries.map { entry in
        let name = KerasObject.functionName(entry.node)
        return name.map { ConfigurationEntry(entry.key, ConfigurationNode(.string($0))) } ?? entry
      })
  }

  /// The initializers that differ from ours, in every spelling.
  private static func notes(_ configuration: ConfigurationNode, place: String) -> [String] {
    [("kernel_initializer", "GlorotUniform"), ("bias_initializer", "Zeros")].compactMap { key, own in
      guard let node = configuration[key], node != .null else { return nil }
      let name = node["class_name"] ?? node
      let isGlorot =
        name == "VarianceScaling" && node["config"]?["mode"] == "fan_avg"
        && node["config"]?["distribution"] == "uniform" && [1, 1.0].contains(node["config"]?["scale"])
      let spellings: [ConfigurationNode] =
        own == "Zeros" ? ["Zeros", "zeros"] : ["GlorotUniform", "glorot_uniform", "GlorotUniformV2"]
      if spellings.contains(name) || (own == "GlorotUniform" && isGlorot) { return nil }
      return "\(place): \(key) is \(name.json); a training from the start begins with \(own) here"
    }
  }
}
