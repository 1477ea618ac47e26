import Checkpoints
import Configuration
import Datasets
import DurableFiles
import NeuralNetwork
import RunConfiguration
import Training

/// What a report says about a run: its checkpoints, and what else could be found.
package struct ReportedRun: Sendable {
  /// The path of the run's directory or of a checkpoint, as named.
  package let path: String
  /// The newest checkpoint, which has the history.
  package let newest: Checkpoint
  /// What it is configured with and trained on, key by key.
  let values: [ConfigurationValue]
  /// The checkpoint whose weights are evaluated: the best, or else the newest.
  package let evaluated: Checkpoint
  /// The checkpoints in the directory, oldest first; empty if a file was named.
  package let files: [CheckpointFile]
  /// Whether a process is training the run.
  package let isUnderWay: Bool
  /// The lines of its event log; nil if none was named.
  package var log: RunLogLines?
  /// The losses of its steps; nil if no step log was named.
  package var steps: [StepLoss]?
  /// The results of `evaluated` on the test data; nil if that is not available.
  package var results: ModelResults?
  /// The training data; nil if it is not available.
  package var training: Dataset?
  /// What the report omits and why, in sentences.
  package var omissions: [String] = []

  /// - Throws: `ConfigurationError`.
  package init(
    path: String, newest: Checkpoint, evaluated: Checkpoint, files: [CheckpointFile], isUnderWay: Bool
  ) throws {
    self.path = path
    values = try ConfigurationValue.all(of: newest)
    self.newest = newest
    self.evaluated = evaluated
    self.files = files
    self.isUnderWay = isUnderWay
  }

  var configuration: RunConfiguration { newest.configuration }
  var settings: TrainingConfiguration { newest.configuration.training }
  var state: RunState { newest.snapshot.state }
  var history: History { state.history }

  /// The number of an epoch, from 0, as text; a dash if it was not measured.
  func text(of name: String, epoch: Int) -> String {
    let isMeasured = !name.hasPrefix("val_") || settings.validates(afterEpoch: epoch + 1)
    guard isMeasured, history[name].indices.contains(epoch) else { return "–" }
    let value = history.shortestValue(name, epoch)
    return name == "learning_rate" ? "\(value)" : NumberText.metric(value)
  }

  /// The names of the classes; nil if they have none.
  var classNames: [String]? { settings.classNames ?? results?.data.classNames ?? training?.classNames }

  /// Whether all epochs are done, or a callback ended the run before.
  var isFinished: Bool { state.isFinished(of: settings.epochs) }

  /// The epoch, from 1, whose weights are evaluated; nil if they are not those of the end of an epoch.
  var evaluatedEpoch: Int? {
    let own = evaluated.snapshot.state
    return own.restoredEpoch ?? (own.stepInEpoch == 0 && own.epoch > 0 ? own.epoch : nil)
  }

  /// The best epoch so far, from 1, by the metric that decides which checkpoint is kept; nil without any.
  var bestEpoch: Int? {
    guard let metric = configuration.checkpoints.keepBest else { return nil }
    return history.bestEpoch(by: metric)
  }
}
