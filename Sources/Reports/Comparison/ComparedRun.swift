import Checkpoints
import DurableFiles
import RunConfiguration
import Training

/// A run as it was when it was read: its progress, configuration and history. Reading acquires no lock and changes
/// nothing, also while the run is under way.
package struct ComparedRun: Sendable {
  /// The progress of a run.
  package enum State: String, Sendable {
    case finished
    /// A process of this machine trains it.
    case running
    case interrupted
  }

  /// The path that names it.
  package let path: String
  package let state: State
  /// The history of its newest checkpoint.
  package let history: History
  /// What it is configured with and trained on, key by key; empty before its first checkpoint.
  package let values: [ConfigurationValue]
  /// The metric of its best checkpoint; nil if none is configured.
  let bestMetric: String?
  private let validationFrequency: Int

  /// Reads a checkpoint, or the newest good checkpoint of a run's directory.
  ///
  /// - Parameter warning: called with the reason for each newer checkpoint that was skipped.
  /// - Throws: `CheckpointError.none` for a directory without a checkpoint that no process trains in; `FileError`,
  ///   `CheckpointError` or `HDF5Error` if it cannot be read.
  package init(path: String, warning: (String) -> Void = { _ in }) throws {
    let isDirectory = AtomicFile.isDirectory(path)
    let isRunning = isDirectory && DirectoryLock.holder(of: path) != nil
    let checkpoint: Checkpoint?
    do {
      checkpoint = try isDirectory ? Self.newest(in: path, warning) : Checkpoint(path: path)
    } catch CheckpointError.none where isRunning {
      checkpoint = nil
    }
    self.path = path
    history = checkpoint?.snapshot.state.history ?? History()
    values = try checkpoint.map(ConfigurationValue.all(of:)) ?? []
    bestMetric = checkpoint?.configuration.checkpoints.keepBest
    validationFrequency = checkpoint?.configuration.training.validationFrequency ?? 1
    let isFinished = checkpoint.map { $0.snapshot.state.isFinished(of: $0.configuration.training.epochs) }
    state = isRunning ? .running : isFinished == true ? .finished : .interrupted
  }

  private static func newest(in directory: String, _ warning: (String) -> Void) throws -> Checkpoint {
    try RunDirectory.readAgainIfReplaced(warning: warning) { warning in
      try RunDirectory(CheckpointPolicy(directory: directory)).newestGood(passedOver: warning)
    }
  }

  /// The text of a configuration value; nil if it has none under that key.
  package func text(_ key: String) -> String? { values.text(key) }

  /// The epoch, from 0, with the best value of a metric, the first of equal ones; nil if no epoch has one.
  func bestEpoch(by metric: String) -> Int? { history.bestEpoch(by: metric).map { $0 - 1 } }

  /// The value of a metric in an epoch, from 0; nil if the epoch has none.
  package func value(_ metric: String, _ epoch: Int) -> Double? {
    guard history[metric].indices.contains(epoch),
      !metric.hasPrefix("val_") || (epoch + 1) % validationFrequency == 0
    else { return nil }
    return history.shortestValue(metric, epoch)
  }
}
