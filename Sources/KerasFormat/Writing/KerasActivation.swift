import Configuration
import NeuralNetwork

/// The activation function of a layer, as Keras' files have it: a name, or an object.
struct KerasActivation {
  private let function: ActivationFunction

  /// Nil for a layer without an option for it.
  init?(of layer: any Layer) {
    let function = (layer as? any ActivatedLayer)?.activation ?? (layer as? Activation)?.activation
    guard let function else { return nil }
    self.function = function
  }

  /// - Parameter isArchive: whether only Keras 3 reads the file, and not Keras 2 too.
  func configuration(isArchive: Bool) -> ConfigurationNode {
    let node = function.configuration
    switch function {
    // The former name, which both know.
    case .silu: return isArchive ? node : "swish"
    // Keras has no name for it: a program that reads the file defines the function.
    case .gelu(approximate: true): return functionObject("gelu_approximate")
    case .elu(let alpha) where node["elu"] != nil: return object(ELU(alpha: alpha), isArchive: isArchive)
    case .leakyRelu(let slope) where node["leaky_relu"] != nil:
      return object(LeakyReLU(negativeSlope: slope), isArchive: isArchive)
    case .generalRelu(let maxValue, let slope, let threshold):
      return object(ReLU(maxValue: maxValue, negativeSlope: slope, threshold: threshold), isArchive: isArchive)
    default: return node
    }
  }

  private func functionObject(_ name: String) -> ConfigurationNode {
    ConfigurationNode(mapping: [
      ConfigurationEntry("module", "builtins"), ConfigurationEntry("class_name", "function"),
      ConfigurationEntry("config", KerasConfiguration.text(name)), ConfigurationEntry("registered_name", "function"),
    ])
  }

  /// With the module, without which Keras 3 does not find the class, in HDF5 files too; Keras 2.12 and later know it.
  private func object(_ layer: any Layer, isArchive: Bool) -> ConfigurationNode {
    let options = [ConfigurationEntry("dtype", "float32")] + Self.options(of: layer, isArchive: isArchive)
    return KerasConfiguration.entry(type(of: layer).className, options, module: "keras.layers")
  }

  /// The options of a layer, under names and with values that every reader of the file knows.
  static func options(of layer: any Layer, isArchive: Bool) -> [ConfigurationEntry] {
    layer.options.map { option in
      if option.key == "activation", let activation = KerasActivation(of: layer) {
        return ConfigurationEntry(option.key, activation.configuration(isArchive: isArchive))
      }
      let isFormer = layer is LeakyReLU && !isArchive && option.key == "negative_slope"
      return ConfigurationEntry(isFormer ? "alpha" : option.key, option.node)
    }
  }
}
