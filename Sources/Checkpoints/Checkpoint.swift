import NeuralNetwork
import Training

/// The contents of a checkpoint file: everything a run needs to resume.
package struct Checkpoint: Sendable, Equatable {
  /// The run state and all variables.
  package var snapshot: Snapshot
  /// The run's configuration, as YAML.
  package var configuration: String
  /// The shape of a sample.
  package var inputShape: Shape
  /// The instruction set of the run, by its `InstructionSet` name.
  package var instructionSet: String
  /// The `Arithmetic.version` of the run.
  package var arithmetic: Int
  package var seed: UInt64
  /// The fingerprint of the training data.
  package var trainFingerprint: String
  /// The fingerprint of the validation data; empty without any.
  package var validationFingerprint: String
  /// The source file of an imported run before its first step.
  package var origin: String?
  /// The file of the initial weights; nil for random ones.
  package var initialWeights: String?

  package init(
    snapshot: Snapshot, configuration: String, inputShape: Shape, instructionSet: String, seed: UInt64,
    trainFingerprint: String, validationFingerprint: String, origin: String? = nil, initialWeights: String? = nil,
    arithmetic: Int = Arithmetic.version
  ) {
    self.snapshot = snapshot
    self.configuration = configuration
    self.inputShape = inputShape
    self.instructionSet = instructionSet
    self.seed = seed
    self.trainFingerprint = trainFingerprint
    self.validationFingerprint = validationFingerprint
    self.origin = origin
    self.initialWeights = initialWeights
    self.arithmetic = arithmetic
  }

  /// The number of the model's parameters.
  package var parameterCount: Int { snapshot.parameters.reduce(0) { $0 + $1.shape.count } }
}
