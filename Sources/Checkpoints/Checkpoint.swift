import NeuralNetwork
import Training

/// All that a run needs to go on, as a file holds it.
package struct Checkpoint: Sendable, Equatable {
  /// How far the run has come, and every variable.
  package var snapshot: Snapshot
  /// The run's configuration, as YAML.
  package var configuration: String
  /// The shape of a sample.
  package var inputShape: Shape
  /// The instruction set it was computed with, as `InstructionSet` names it.
  package var instructionSet: String
  /// The `Arithmetic.version` it was computed with.
  package var arithmetic: Int
  package var seed: UInt64
  /// The fingerprint of the training data.
  package var trainFingerprint: String
  /// The fingerprint of the validation data; empty without any.
  package var validationFingerprint: String
  /// The file that the run was imported from, if it has made no step since.
  package var origin: String?
  /// The file whose weights the run began with, if not with random ones.
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

  /// The values of the model.
  package var parameterCount: Int { snapshot.parameters.reduce(0) { $0 + $1.shape.count } }
}
