import Configuration
import NeuralNetwork

/// A chain of layers that Keras describes, understood: the layers with their options, and the shape of a sample.
struct KerasModel {
  let model: Sequential
  let inputShape: Shape
  /// What the file calls the layers.
  let layerNames: [String]
  /// What a Rescaling layer at the start divides the values of a sample by; nil if there is none. It is not in `model`.
  let divisor: Float?
  /// What the file calls the layers that are left out; they may have variables, such as the state of a generator.
  let omittedNames: Set<String>
  /// What was left out, and options that count for a training from the start.
  let notes: [String]

  /// - Parameter text: `model_config` or `config.json`.
  /// - Throws: `ModelFileError` or `ConfigurationError` that names the layer and the option.
  init(_ text: String, purpose: KerasModelFile.Purpose, file: String) throws {
    let document = try JSONDocument.parse(text)
    let object = try KerasObject(document, place: "the model", file: file)
    var omissions = KerasOmissions(purpose: purpose, file: file)
    let chain = try KerasChain(object, place: "the model", omissions: &omissions, file: file)
    let layers = try chain.layers.enumerated().map { index, node in
      try KerasLayer(node, index: index, omissions: &omissions, file: file)
    }
    let shape = layers.first?.inputShape ?? chain.buildInputShape ?? document["build_config"]?["input_shape"]
    divisor = try KerasRescaling.divisor(layers, file: file)
    let built = layers.compactMap(\.layer)
    model = Sequential(built.map(\.layer))
    layerNames = built.map(\.name)
    omittedNames = Set(layers.filter { $0.layer == nil }.map(\.name))
    notes = omissions.notes
    inputShape = try Self.inputShape(shape, file: file)
    try checkSizes(layers, file: file)
  }

  /// The values of a sample: a picture of 4096x4096 pixels. What is computed with grows with it, and costs nothing in a
  /// file.
  private static let largestInput = 16_777_216.0

  /// The shape of a sample, from that of a batch.
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
          accepted: "the batch, then 1 to 3 sizes of \(Int(largestInput)) values in all"))
    }
    return Shape(dimensions)
  }

  /// A layer that crops at random crops the middle in inference: it can be left out where it would crop nothing.
  private func checkSizes(_ layers: [KerasLayer], file: String) throws {
    var isComputed = false
    for layer in layers {
      if let size = layer.requiredSize {
        let own = inputShape.dimensions.prefix(2).map { ConfigurationNode(.integer($0)) }
        guard !isComputed, inputShape.dimensions.count == 3, size == own else {
          let received = ConfigurationNode(.sequence(size)).json
          throw ModelFileError(
            file: file,
            .unusable(
              reason: "layer '\(layer.name)' crops images to \(received) in inference, which is not computed here"))
        }
      }
      isComputed = isComputed || layer.layer != nil
    }
  }
}
