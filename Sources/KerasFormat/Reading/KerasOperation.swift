import Configuration

/// A call of a function in a graph, such as `x + 1.0` or `ops.relu(x)`, as a call of the layer that computes it.
///
/// Keras 3 writes the class of an operation (`Add` of `keras.src.ops.numpy`), Keras 2 a `TFOpLambda` with the name of the
/// function (`math.add`).
struct KerasOperation {
  /// The serialized layer.
  let layer: ConfigurationNode
  /// The layers that it reads.
  let inputs: [String]

  private enum Argument {
    case tensor(String)
    case number(Double)
  }

  /// Nil for a layer, and for an operation that no layer computes.
  init?(_ node: ConfigurationNode, name: String) {
    guard case .sequence(let calls) = node["inbound_nodes"]?.value, calls.count == 1,
      let function = Self.function(of: node), let arguments = Self.arguments(calls[0]),
      let (className, options) = Self.layer(function, arguments, node["config"])
    else { return nil }
    inputs = arguments.compactMap { if case .tensor(let name) = $0 { name } else { nil } }
    layer = ConfigurationNode(mapping: [
      ConfigurationEntry("class_name", ConfigurationNode(.string(className))),
      ConfigurationEntry(
        "config",
        ConfigurationNode(mapping: [ConfigurationEntry("name", ConfigurationNode(.string(name)))] + options)),
    ])
  }

  // MARK: - Functions

  /// The function's name without its module, in lower case and without underscores: `truedivide`.
  private static func function(of node: ConfigurationNode) -> String? {
    guard case .string(let className) = node["class_name"]?.value else { return nil }
    if className == "TFOpLambda" {
      guard case .string(let path) = node["config"]?["function"]?.value else { return nil }
      return path.split(separator: ".").last.map { normalized(String($0)) }
    }
    guard case .string(let module) = node["module"]?.value, module.hasPrefix("keras.") && module.contains("ops") else {
      return nil
    }
    return normalized(className)
  }

  private static func normalized(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }

  /// Functions of one tensor without options, by their names as activation functions.
  private static let activations = [
    "exp": "exponential", "hardsigmoid": "hard_sigmoid", "hardsilu": "hard_silu", "relu": "relu", "relu6": "relu6",
    "selu": "selu", "sigmoid": "sigmoid", "silu": "silu", "softplus": "softplus", "softsign": "softsign",
    "swish": "silu", "tanh": "tanh",
  ]

  /// The class and the options of the layer.
  private static func layer(
    _ function: String, _ arguments: [Argument], _ options: ConfigurationNode?
  ) -> (className: String, options: [ConfigurationEntry])? {
    switch (arguments.first, arguments.count > 1 ? arguments[1] : nil) {
    case (.tensor, nil) where function == "negative" || function == "neg":
      return rescaling(-1, 0)
    case (.tensor, nil):
      if let name = activations[function] {
        return ("Activation", [ConfigurationEntry("activation", ConfigurationNode(.string(name)))])
      }
      return layer(withOptions: function, options)
    case (.tensor, .tensor):
      let merges = [
        "add": "Add", "maximum": "Maximum", "multiply": "Multiply", "mul": "Multiply", "subtract": "Subtract",
      ]
      return merges[function].map { ($0, []) }
    case (.tensor, .number(let number)):
      switch function {
      case "add": return rescaling(1, number)
      case "subtract", "sub": return rescaling(1, -number)
      case "multiply", "mul": return rescaling(number, 0)
      case "divide", "truedivide", "truediv": return number == 0 ? nil : rescaling(1 / number, 0)
      default: return nil
      }
    case (.number(let number), .tensor):
      switch function {
      case "add": return rescaling(1, number)
      case "subtract", "sub": return rescaling(-1, number)
      case "multiply", "mul": return rescaling(number, 0)
      default: return nil
      }
    default: return nil
    }
  }

  private static func rescaling(_ scale: Double, _ offset: Double) -> (String, [ConfigurationEntry])? {
    guard scale.isFinite, offset.isFinite else { return nil }
    return (
      "Rescaling",
      [
        ConfigurationEntry("scale", ConfigurationNode(.number(scale))),
        ConfigurationEntry("offset", ConfigurationNode(.number(offset))),
      ]
    )
  }

  /// Functions of one tensor that Keras 3 writes with their options.
  private static func layer(
    withOptions function: String, _ options: ConfigurationNode?
  ) -> (className: String, options: [ConfigurationEntry])? {
    func option(_ key: String) -> [ConfigurationEntry]? { options?[key].map { [ConfigurationEntry(key, $0)] } }
    switch function {
    case "elu": return option("alpha").map { ("ELU", $0) }
    case "leakyrelu": return option("negative_slope").map { ("LeakyReLU", $0) }
    case "softmax": return option("axis").map { ("Softmax", $0) }
    case "gelu":
      guard let approximate = options?["approximate"] else { return nil }
      let name = approximate == true ? "gelu_approximate" : "gelu"
      return ("Activation", [ConfigurationEntry("activation", ConfigurationNode(.string(name)))])
    default: return nil
    }
  }

  // MARK: - Arguments

  /// The arguments, of which one is a tensor at least; nil if there are others than tensors and numbers.
  private static func arguments(_ call: ConfigurationNode) -> [Argument]? {
    let arguments: [Argument?]
    if case .sequence(let elements) = call["args"]?.value {
      guard case .mapping(let named) = call["kwargs"]?.value, named.isEmpty else { return nil }
      arguments = elements.map { tensor($0["config"]?["keras_history"]) ?? number($0) }
    } else {
      // Keras 2: [name, node, tensor, options], or ["_CONSTANT_VALUE", -1, number, options].
      guard case .sequence(let parts) = call.value, parts.count == 4, case .mapping(let named) = parts[3].value else {
        return nil
      }
      let others = named.filter { $0.key != "name" }
      guard others.allSatisfy({ $0.key == "y" }) else { return nil }
      let first = parts[0] == "_CONSTANT_VALUE" ? number(parts[2]) : tensor(ConfigurationNode(.sequence(parts)))
      arguments = [first] + others.map { tensor($0.node) ?? number($0.node) }
    }
    let known = arguments.compactMap { $0 }
    return known.count == arguments.count && (1...2).contains(known.count) ? known : nil
  }

  private static func number(_ node: ConfigurationNode) -> Argument? {
    switch node.value {
    case .integer(let value): .number(Double(value))
    case .number(let value): .number(value)
    default: nil
    }
  }

  /// The layer name from `[name, node, tensor]`, the single output of a layer that is called once.
  private static func tensor(_ place: ConfigurationNode?) -> Argument? {
    guard case .sequence(let parts) = place?.value, parts.count >= 3, parts[2] == 0,
      case .string(let name) = parts[0].value
    else { return nil }
    return .tensor(name)
  }
}
