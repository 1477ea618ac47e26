import ArgumentParser
import Martlet

/// A trained model and the source of its data.
struct OpenedModel {
  let trainer: Trainer
  let configuration: RunConfiguration
  let source: any DatasetSource
  let context: DatasetContext

  /// The data to evaluate the run on: the test data, or else its validation split.
  func judgingData(needsTargets: Bool) throws -> (data: Dataset, isTest: Bool) {
    try configuration.judgingData(of: source, needsTargets: needsTargets, context)
  }
}
