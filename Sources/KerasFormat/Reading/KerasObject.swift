import Configuration

/// A serialized Keras object: a class and its options.
struct KerasObject {
  let className: String
  let configuration: ConfigurationNode

  /// - Parameter place: the object's name in messages.
  /// - Throws: `ModelFileError.Problem.malformed` if `node` is not a serialized object.
  init(_ node: ConfigurationNode?, place: String, file: String) throws {
    guard case .string(let className) = node?["class_name"]?.value, let configuration = node?["config"] else {
      throw ModelFileError(file: file, .malformed(reason: "\(place) has no class_name and config"))
    }
    // Keras 2 names its own optimizers `Custom>Adam`.
    let isRenamed = className.hasPrefix("Custom>")
    self.className = isRenamed ? String(className.dropFirst("Custom>".count)) : className
    self.configuration = KerasFormerNames.renamed(configuration)
  }

  static func text(_ node: ConfigurationNode) -> String? {
    if case .string(let text) = node.value { text } else { nil }
  }

  /// An axis, also as the single element of a list, as in Keras 2.
  static func axis(_ node: ConfigurationNode) -> Int? {
    switch node.value {
    case .integer(let axis): axis
    case .sequence(let elements) where elements.count == 1: axis(elements[0])
    default: nil
    }
  }

  /// The name of a function: a string, or a Keras 3 object that wraps a function.
  static func functionName(_ node: ConfigurationNode) -> String? {
    if case .string(let name) = node.value { return name }
    if node["class_name"] == "function", case .string(let name) = node["config"]?.value {
      // Registered functions have the name of their package: `keras_hub>gelu_approximate`.
      return name.split(separator: ">").last.map(String.init) ?? name
    }
    return nil
  }
}
