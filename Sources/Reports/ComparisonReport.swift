/// The report of several runs, compared with each other.
struct ComparisonReport {
  let runs: [ReportedRun]

  var page: Page {
    let omissions = runs.flatMap { run in
      run.omissions.map { HTML.element("p", ["class": "omission"], "\(run.path): \($0)") }
    }
    return Page(
      title: "Comparison of \(runs.count) runs",
      lead: [.note("A report of a single run shows its mistakes, confusion matrix and model.")] + omissions,
      sections: [
        RunTableSection(runs: runs).section, SeedsSection(runs: runs).section,
        ComparedCurvesSection(runs: runs).section, DifferencesSection(runs: runs).section,
      ].compactMap { $0 })
  }
}

extension [ReportedRun] {
  /// The names of the outcomes that any run has.
  var outcomeNames: [String] {
    var names: [String] = []
    for outcome in flatMap(\.outcomes) where !names.contains(outcome.name) { names.append(outcome.name) }
    // Those of the test data are last, also if a run has none.
    return names.filter { !$0.hasPrefix("test_") } + names.filter { $0.hasPrefix("test_") }
  }

  /// The line of a run in charts.
  func series(_ index: Int, points: [Series.Point] = []) -> Series {
    Series(name: self[index].path, color: index, points: points)
  }
}
