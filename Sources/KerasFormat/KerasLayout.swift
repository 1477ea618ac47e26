/// The paths and names of Keras' files, and of a checkpoint as far as Keras reads it.
package enum KerasLayout {
  // Keras' legacy reader opens `model_weights`, its `load_weights` opens `layers` and `optimizer`; in our files the weights
  // of `layers` are hard links to those of `model_weights`.
  package static let modelWeights = "model_weights"
  static let layers = "layers"
  package static let optimizer = "optimizer"
  package static let variables = "vars"
  static let topLevelWeights = "top_level_model_weights"
  package static let attributes = (
    version: "keras_version", backend: "backend", model: "model_config", training: "training_config"
  )
  package static let layerNames = "layer_names"
  package static let weightNames = "weight_names"
  /// The optimizer's state in whole models of Keras 2.
  static let optimizerWeights = "optimizer_weights"
  /// The names of the group of layers in files whose layers are named by class: Keras 3 and tf.keras 2.15, and tf.keras
  /// 2.12 to 2.14.
  static let layerGroups = [layers, "_layer_checkpoint_dependencies"]
  /// The names that Keras 2 has for the slots of optimizers, by those of Keras 3.
  static let slotLetters = ["momentum": "m", "velocity": "v", "velocity_hat": "vhat", "norm": "u"]

  /// The Keras version whose layout is written.
  package static let version = "3.15.1"

  /// `sequential/conv2d/kernel` or `conv2d/kernel`, as `weight_names` lists it.
  ///
  /// - Parameter isChain: whether the model is a `Sequential`; in others the names do not begin with the model's.
  package static func weightName(_ path: String, isChain: Bool) -> String { isChain ? "sequential/\(path)" : path }

  /// `layers/conv2d/vars`.
  static func layerVariables(_ layer: String) -> String { "\(layers)/\(layer)/\(variables)" }

  /// `optimizer/vars/2`: after the iteration and the learning rate, the slots of the parameters in their `SlotOrder`.
  package static func optimizerVariable(_ index: Int) -> String { "\(optimizer)/\(variables)/\(index)" }

  package static func optimizerVariable(slotPlace: Int) -> String { optimizerVariable(2 + slotPlace) }
}
