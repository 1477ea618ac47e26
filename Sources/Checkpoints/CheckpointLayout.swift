import NeuralNetwork

/// Where everything lies in a checkpoint file. `checkpoints/README.md` says the same to its users.
enum CheckpointLayout {
  /// The version of `/martlet` and of the user block; a reader refuses a newer one.
  static let formatVersion = 1

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
  static let origin = "origin"
  static let initialWeights = "initial_weights"
  static let epochSeconds = "epoch_seconds"
  /// Texts with the path of a variable on each line: those that no optimizer changes, if there are any; all in the order
  /// of the model, where that is not Keras'.
  static let paths = (state: "state_variables", order: "variable_order")
  static let fingerprint = (train: "train_fingerprint", validation: "validation_fingerprint")
}
