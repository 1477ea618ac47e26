import Configuration
import Datasets
import NeuralNetwork
import Training

/// The configuration of a run: data, model, training, checkpoints.
public struct RunConfiguration: Sendable {
  /// The name of the run, valid as a directory name.
  public var name: String
  /// The data source; nil for a run with data passed by a program.
  public var source: (any DatasetSource)?
  /// The model, optimizer and training settings.
  public var training: TrainingConfiguration
  /// The checkpoint settings.
  public var checkpoints: CheckpointPolicy
  /// The callbacks, in call order.
  public var callbacks: [any ConfiguredCallback]

  /// - Parameter checkpoints: by default in `checkpoints/NAME`. A `keepBest` metric that the run does not have is
  ///   replaced by the run's default.
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
