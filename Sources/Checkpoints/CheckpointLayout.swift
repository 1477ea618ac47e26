import NeuralNetwork

/// Where everything lies in a checkpoint file. `checkpoints/README.md` says the same to its users.
package enum CheckpointLayout {
  /// The version of `/martlet` and of the user block; a reader refuses a newer one.
  static let formatVersion = 1

  // What Keras reads. Its legacy reader takes the first, its `load_weights` the second and third; the weights of the
  // second are hard links to those of the first.
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

  // What Keras has no place for.
  static let martlet = "martlet"
  static let configuration = "configuration"
  static let inputShape = "input_shape"
  static let history = "history"
  static let sums = "running_sums"
  static let callbacks = "callbacks"
  /// In the group of a callback: the weights that it keeps.
  static let weights = "weights"
  static let counts = (
    formatVersion: "format_version", seed: "seed", epoch: "epoch", step: "step", stepInEpoch: "step_in_epoch",
    samples: "running_samples", stepsBefore: "steps_before"
  )
  static let instructionSet = "instruction_set"
  /// Absent from files of version 1.
  static let arithmetic = "arithmetic"
  /// Absent where the optimizer's variables are by variable.
  static let slotOrder = "slot_order"
  static let origin = "origin"
  static let initialWeights = "initial_weights"
  static let epochSeconds = "epoch_seconds"
  /// Texts with the path of a variable on each line: those that no optimizer changes, if there are any; all in the order
  /// of the model, where that is not Keras'.
  static let paths = (state: "state_variables", order: "variable_order")
  static let fingerprint = (train: "train_fingerprint", validation: "validation_fingerprint")

  /// The Keras version whose layout is written.
  package static let kerasVersion = "3.15.1"

  /// `sequential/conv2d/kernel` or `conv2d/kernel`, as `weight_names` lists it.
  ///
  /// - Parameter isChain: whether the model is a `Sequential`; the names of others do not begin with the model's.
  static func weightName(_ path: String, isChain: Bool) -> String { isChain ? "sequential/\(path)" : path }

  /// `layers/conv2d/vars`.
  static func layerVariables(_ layer: String) -> String { "\(layers)/\(layer)/\(variables)" }

  /// `optimizer/vars/2`: after the iteration and the learning rate, the slots of the parameters in their `SlotOrder`.
  static func optimizerVariable(_ index: Int) -> String { "\(optimizer)/\(variables)/\(index)" }

  static func optimizerVariable(slotPlace: Int) -> String { optimizerVariable(2 + slotPlace) }
}
