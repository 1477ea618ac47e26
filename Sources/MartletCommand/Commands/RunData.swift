import Martlet

/// The source of the data to evaluate a run on.
struct RunData {
  let configuration: RunConfiguration
  let source: any DatasetSource
  let context: DatasetContext
  /// Whether the source is one that the run was not trained on.
  let isOtherSource: Bool

  /// The data to evaluate the run on: the test data, or else its validation split; all samples of another source
  /// without test data.
  func judgingData(needsTargets: Bool) throws -> (data: Dataset, isTest: Bool) {
    guard isOtherSource else {
      return try configuration.judgingData(of: source, needsTargets: needsTargets, context)
    }
    do {
      return (try load(.test, needsTargets: needsTargets), true)
    } catch DatasetError.noTestData {
      let data = try load(.train, needsTargets: needsTargets)
      Console.error.write("martlet: note: '\(data.name)' has no test part: all its \(data.count) samples are used.\n")
      return (data, true)
    }
  }

  private func load(_ split: DatasetSplit, needsTargets: Bool) throws -> Dataset {
    let data = try needsTargets ? source.load(split, context) : source.loadInputs(split, context)
    return try configuration.training.classNames.map { try data.relabeled($0) } ?? data
  }
}
