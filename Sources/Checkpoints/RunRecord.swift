import NeuralNetwork
import RunConfiguration
import Training

/// What all checkpoints of a run have in common: how it is configured and what it was computed with and from.
package struct RunRecord: Sendable {
  /// The run's configuration.
  package var configuration: RunConfiguration
  /// The shape of a sample.
  package var inputShape: Shape
  /// The instruction set of the run, by its `InstructionSet` name.
  package var instructionSet: String
  /// The `Arithmetic.version` of the run.
  package var arithmetic = Arithmetic.version
  /// The fingerprint of the training data; empty if it is not known.
  package var trainFingerprint = ""
  /// The fingerprint of the validation data; empty without any.
  package var validationFingerprint = ""
  /// The source file of an imported run before its first step.
  package var origin: String?
  /// The file of the initial weights; nil for random ones.
  package var initialWeights: String?

  package init(_ configuration: RunConfiguration, inputShape: Shape, instructionSet: String) {
    self.configuration = configuration
    self.inputShape = inputShape
    self.instructionSet = instructionSet
  }
}

extension RunRecord: Equatable {
  /// Whether two records would be written alike.
  package static func == (left: RunRecord, right: RunRecord) -> Bool {
    left.inputShape == right.inputShape && left.instructionSet == right.instructionSet
      && left.arithmetic == right.arithmetic && left.trainFingerprint == right.trainFingerprint
      && left.validationFingerprint == right.validationFingerprint && left.origin == right.origin
      && left.initialWeights == right.initialWeights
      && (try? left.configuration.yaml) == (try? right.configuration.yaml)
  }
}

extension RunConfiguration {
  /// Checks that a run with this configuration can resume a saved one with the same bits.
  ///
  /// - Throws: `ResumeMismatch`.
  package func checkResumes(_ saved: RunRecord) throws {
    try checkResumes(saved.configuration, isImported: saved.origin != nil)
  }
}
