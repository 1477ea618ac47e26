import Training

/// The paths and attribute names of `/martlet` in a checkpoint file; Keras' are in `KerasLayout`. `checkpoints/README.md`
/// documents them for users.
enum CheckpointLayout {
  /// The newest version of `/martlet` and of the user block that is read; a newer one is refused.
  static let newestVersion = 2
  /// The version that is written: 2 if a metric is an array, which earlier programs do not read, and 1 otherwise.
  static func formatVersion(_ training: TrainingConfiguration) -> Int {
    training.metrics.allSatisfy(\.isNumber) ? 1 : 2
  }

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
    samples: "running_samples", importedSteps: "steps_before"
  )
  static let instructionSet = "instruction_set"
  /// Absent from files of version 1.
  static let arithmetic = "arithmetic"
  /// Absent where the optimizer's variables are by variable.
  static let slotOrder = "slot_order"
  static let origin = "origin"
  static let initialWeights = "initial_weights"
  static let epochSeconds = "epoch_seconds"
  /// Strings with one variable path per line: the variables that the optimizer does not update, if any; all variables
  /// in the model's order, if that is not Keras'.
  static let paths = (state: "state_variables", order: "variable_order")
  static let fingerprint = (train: "train_fingerprint", validation: "validation_fingerprint")
}
