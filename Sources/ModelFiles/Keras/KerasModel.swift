import Checkpoints
import Configuration
import NeuralNetwork

/// A Sequential that Keras describes, understood: the layers with their options, and the shape of a sample.
struct KerasModel {
  let model: Sequential
  let inputShape: Shape
  /// What the file calls the layers.
  let layerNames: [String]
  /// What a Rescaling layer at the start divides the values of a sample by; nil if there is none. It is not in `model`.
  let divisor: Float?
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
    divisor = try Self.divisor(layers, file: file)
    let built = layers.compactMap(\.layer)
    model = Sequential(built.map(\.layer))
    layerNames = built.map(\.name)
    notes = built.flatMap(\.notes)
    inputShape = try Self.inputShape(shape, before: built.first?.layer, file: file)
  }

  private static func divisor(_ layers: [KerasLayer], file: String) throws -> Float? {
    guard let index = layers.firstIndex(where: { $0.rescaling != nil }) else { return nil }
    guard let rescaling = layers[index].rescaling, layers.prefix(index).allSatisfy({ $0.layer == nil }),
      layers.dropFirst(index + 1).allSatisfy({ $0.rescaling == nil })
    else { throw ModelFileError(file: file, .misplacedRescaling) }
    return rescaling
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

  /// Nil for an input, and for a rescaling.
  let layer: Computed?
  /// What a Rescaling layer divides by; nil for other layers.
  let rescaling: Float?
  /// The shape of a batch, where the entry tells it.
  let inputShape: ConfigurationNode?

  init(_ node: ConfigurationNode, index: Int, file: String) throws {
    let object = try KerasObject(node, place: "layer \(index)", file: file)
    let name = if case .string(let name) = object.configuration["name"]?.value { name } else { "\(index)" }
    let place = "layer '\(name)' (\(object.className))"
    inputShape = ["batch_shape", "batch_input_shape"].lazy.compactMap { object.configuration[$0] }.first
    if object.className == "InputLayer" {
      _ = try KerasNeutralOptions.options(of: object.configuration, keys: [], owner: .layer, place: place, file: file)
      (layer, rescaling) = (nil, nil)
      return
    }
    if object.className == KerasConfiguration.rescalingClass {
      (layer, rescaling) = (nil, try Self.divisor(object, place: place, file: file))
      return
    }
    rescaling = nil
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

  /// What a Rescaling layer divides by: one number, without an offset.
  private static func divisor(_ object: KerasObject, place: String, file: String) throws -> Float {
    func unsupported(_ option: String, _ accepted: String) -> ModelFileError {
      ModelFileError(
        file: file,
        .unsupportedOption(
          place: place, option: option, received: object.configuration[option]?.json ?? "null", accepted: accepted))
    }
    _ = try KerasNeutralOptions.options(
      of: object.configuration, keys: ["scale", "offset"], owner: .layer, place: place, file: file)
    guard [nil, .null, 0, 0.0].contains(object.configuration["offset"]) else { throw unsupported("offset", "0") }
    let factor: Double? =
      switch object.configuration["scale"]?.value {
      case .number(let number): number
      case .integer(let integer): Double(integer)
      default: nil
      }
    guard let factor, case let divisor = Float(1 / factor), divisor.isFinite, divisor > 0 else {
      throw unsupported("scale", "one positive number, such as 1/255")
    }
    return divisor
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
