import NeuralNetwork

/// The paths and attribute names in a checkpoint file. `checkpoints/README.md` documents them for users.
package enum CheckpointLayout {
  /// The version of `/martlet` and of the user block; a reader refuses a newer one.
  static let formatVersion = 1

  // What Keras reads. Its legacy loader uses the first, `load_weights` the second and third; the weights of the second
  // are hard links to those of the first.
  package static let modelWeights = "model_weights"
  package static let layers = "layers"
  package static let optimizer = "optimizer"
  package static let variables = "vars"
  static let topLevelWeights = "top_level_model_weights"
  package static let keras = (
    version: "keras_version", backend: "backend", model: "model_config", training: "training_config"
  )
  package static let layerNames = "layer_names"
  package static let weightNames = "weight_names"

  // What Keras does not store.
  static let martlet = "martlet"
  static let configuration = "configuration"
  static let inputShape = "input_shape"
  static let history = "history"
  static let sums = "running_sums"
  static let callbacks = "callbacks"
  /// In the group of a callback: its stored weights.
  static let weights = "weights"
  static let counts = (
    formatVersion: "format_version", seed: "seed", epoch: "epoch", step: "step", stepInEpoch: "step_in_epoch",
    samples: "running_samples", stepsBefore: "steps_before"
  )
  static let instructionSet = "instruction_set"
  /// Absent from files of version 1.
  static let arithmetic = "arithmetic"
  static let origin = "origin"
  static let initialWeights = "initial_weights"
  static let epochSeconds = "epoch_seconds"
  /// Strings with one variable path per line: the variables that the optimizer does not update, if any; all variables
  /// in the model's order, if that is not Keras'.
  static let paths = (state: "state_variables", order: "variable_order")
  static let fingerprint = (train: "train_fingerprint", validation: "validation_fingerprint")

  /// The Keras version whose layout is written.
  package static let kerasVersion = "3.15.1"

  /// `sequential/conv2d/kernel` or `conv2d/kernel`, as `weight_names` lists it.
  ///
  /// - Parameter isChain: whether the model is a `Sequential`; in other models the names have no model prefix.
  static func weightName(_ path: String, isChain: Bool) -> String { isChain ? "sequential/\(path)" : path }

  /// `layers/conv2d/vars`.
  static func layerVariables(_ layer: String) -> String { "\(layers)/\(layer)/\(variables)" }

  /// `optimizer/vars/2`: after the iteration and the learning rate, the slots of each parameter in turn.
  static func optimizerVariable(_ index: Int) -> String { "\(optimizer)/\(variables)/\(index)" }

  static func optimizerVariable(parameter: Int, slot: Int, slotCount: Int) -> String {
    optimizerVariable(2 + parameter * slotCount + slot)
  }
}
