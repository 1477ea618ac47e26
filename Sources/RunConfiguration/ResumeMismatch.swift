import Configuration
import NeuralNetwork
import Training

/// The error of resuming from a checkpoint of a different run.
public struct ResumeMismatch: Error, Equatable, CustomStringConvertible {
  /// What differs: a configuration key, or the data.
  public let key: String
  /// The value in the checkpoint.
  public let checkpoint: String
  /// The value of the run to resume.
  public let requested: String

  /// Creates the error for a key with different values.
  public init(key: String, checkpoint: String, requested: String) {
    self.key = key
    self.checkpoint = checkpoint
    self.requested = requested
  }

  public var description: String {
    "cannot resume: \(key) is \(checkpoint) in the checkpoint, but \(requested) now. A resumed run must be the same "
      + "run: restore the old value, or start a new run."
  }
}
