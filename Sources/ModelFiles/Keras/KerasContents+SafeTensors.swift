import Configuration

/// Contents on their way from one process to another.
extension KerasContents {
  private enum Key {
    static let arrangement = "arrangement"
    static let model = "model"
    static let training = "training"
    static let layers = "layers"
  }

  /// The tensors by number; which layer each belongs to stands in a text of its own, the rest is the optimizer's.
  var safeTensors: SafeTensorsFile {
    let layers = ConfigurationNode(
      mapping: self.layers.map { layer in
        ConfigurationEntry(layer.name, Self.names(of: layer.variables))
      } + [ConfigurationEntry("", Self.names(of: optimizer))])
    let texts = [
      (key: Key.arrangement, text: arrangement.rawValue), (key: Key.layers, text: layers.json),
    ]
    let optional = [(key: Key.model, text: model), (key: Key.training, text: training)].compactMap { entry in
      entry.text.map { (key: entry.key, text: $0) }
    }
    let tensors = self.layers.flatMap(\.variables) + optimizer
    return SafeTensorsFile(
      metadata: texts + optional,
      tensors: tensors.enumerated().map { NamedTensor("\($0)", $1.dimensions, $1.values) })
  }

  private static func names(of tensors: [NamedTensor]) -> ConfigurationNode {
    ConfigurationNode(.sequence(tensors.map { ConfigurationNode(.string($0.name)) }))
  }

  /// - Throws: `ModelFileError` if `file` is not what `safeTensors` gives.
  init(_ file: SafeTensorsFile, path: String) throws {
    func text(_ key: String) -> String? { file.metadata.first { $0.key == key }?.text }
    guard let arrangement = text(Key.arrangement).flatMap(Arrangement.init(rawValue:)), let index = text(Key.layers),
      case .mapping(let entries) = try JSONDocument.parse(index).value
    else { throw ModelFileError(file: path, .readerFailed(reason: "the reader's answer is not understood")) }
    self.init(arrangement: arrangement, model: text(Key.model), training: text(Key.training))
    var tensors = file.tensors[...]
    for entry in entries {
      let names = try ConfigurationReader(ConfigurationNode(mapping: [entry]), path: "", keys: [entry.key])
        .strings(entry.key, default: [])
      guard names.count <= tensors.count else {
        throw ModelFileError(file: path, .readerFailed(reason: "the reader's answer is not understood"))
      }
      let variables = zip(names, tensors).map { name, tensor in
        NamedTensor(name, tensor.dimensions, tensor.values)
      }
      tensors = tensors.dropFirst(names.count)
      if entry.key.isEmpty {
        optimizer = variables
      } else {
        layers.append(Layer(name: entry.key, variables: variables))
      }
    }
  }
}
