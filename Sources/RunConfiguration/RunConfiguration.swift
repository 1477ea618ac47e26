import Checkpoints
import Configuration
import Datasets
import NeuralNetwork
import Training

/// A whole run as a YAML file describes it: data, model, training, checkpoints.
public struct RunConfiguration: Sendable {
  public var name: String
  /// Where the data comes from; nil for a run whose data a program hands over.
  public var source: (any DatasetSource)?
  public var training: TrainingConfiguration
  public var checkpoints: CheckpointPolicy
  /// In the order in which they are called.
  public var callbacks: [any ConfiguredCallback]

  /// - Parameter checkpoints: by default in `checkpoints/NAME`. A metric for the best one that the run does not have gives
  ///   way to the run's own choice.
  public init(
    name: String, source: (any DatasetSource)? = nil, training: TrainingConfiguration,
    checkpoints: CheckpointPolicy? = nil,
    callbacks: [any ConfiguredCallback] = []
  ) {
    self.name = name
    self.source = source
    self.training = training
    var checkpoints = checkpoints ?? CheckpointPolicy(directory: Self.defaultDirectory(name: name))
    if let best = checkpoints.keepBest, !training.monitoredNames.contains(best) {
      checkpoints.keepBest = training.defaultBestMetric
    }
    self.checkpoints = checkpoints
    self.callbacks = callbacks
  }

  /// `checkpoints/<run name>`
  static func defaultDirectory(name: String) -> String { "checkpoints/\(name)" }
}
