/// Mean and deviation of the outcomes over runs that differ in their seed alone.
struct SeedsSection {
  let runs: [ReportedRun]

  /// Nil if no two runs do.
  var section: Section? {
    let groups = RunGroup.groups(of: runs)
    guard groups.contains(where: { $0.runs.count > 1 }) else { return nil }
    let names = runs.outcomeNames
    let paths = groups[0].options.map(\.path)
    let headings = paths.isEmpty ? ["Runs"] : paths
    var table = Table(
      caption: "Mean and sample standard deviation",
      columns: headings.map { .text(HTML($0)) } + [.number("Seeds")] + names.map { .number(HTML($0)) })
    table.rows = groups.map { group in
      (paths.isEmpty ? ["all"] : group.options.map { HTML($0.value) }) + ["\(group.runs.count)"]
        + names.map { HTML(Self.text(group.statistics($0))) }
    }
    return Section(id: "seeds", title: "Mean and deviation over seeds", content: [table.html])
  }

  private static func text(_ statistics: (mean: Double, deviation: Double, count: Int)) -> String {
    guard statistics.count > 0 else { return "–" }
    let mean = NumberText.metric(statistics.mean)
    return statistics.count > 1 ? "\(mean) ± \(NumberText.metric(statistics.deviation))" : mean
  }
}
