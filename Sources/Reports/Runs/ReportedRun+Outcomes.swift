import Training

extension ReportedRun {
  /// The epoch, from 1, that stands for the run in comparisons: the best, or else the last; 0 without a complete epoch.
  var decisiveEpoch: Int { bestEpoch ?? history.count }

  /// The metrics of the decisive epoch, then those of the test data.
  var outcomes: [(name: String, value: Double)] {
    let isValidated = settings.validates(afterEpoch: decisiveEpoch)
    let names = history.metricNames.flatMap { isValidated ? [$0, "val_\($0)"] : [$0] }
      .filter { history.columns[$0] != nil }
    let own = decisiveEpoch > 0 ? names.map { ($0, history[$0][decisiveEpoch - 1]) } : []
    let tested = results.flatMap { results in results.isTest ? results.evaluation.values : nil } ?? []
    return own + tested.map { ("test_\($0.name)", $0.value) }
  }

  /// The value of an outcome; nil if the run does not have it.
  func outcome(_ name: String) -> Double? { outcomes.first { $0.name == name }?.value }
}
