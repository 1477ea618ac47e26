import Configuration
import NeuralNetwork

extension Model {
  /// Reads the layers in a YAML file: a list, or the value of the key `model`.
  ///
  /// - Throws: `ConfigurationError` with file and line, the key and the value received.
  package init(layersOf path: String) throws {
    do {
      let document = try YAMLDocument.parse(ConfigurationFile.text(of: path))
      try self.init(configuration: document["model"] ?? document, path: "model")
    } catch let error as ConfigurationError {
      throw [ConfigurationOverride]().located(error, file: path)
    }
  }
}
