/// Mean and deviation of the outcomes over runs that differ in their seed alone.
struct SeedsSection {
  let runs: [ReportedRun]

  /// Nil if no two runs do.
  var section: Section? {
    let groups = RunGroup.groups(of: runs)
    guard groups.contains(where: { $0.runs.count > 1 }) else { return nil }
    let names = runs.outcomeNames
    let keys = groups[0].options.map(\.key)
    let headings = keys.isEmpty ? ["Runs"] : keys
    var table = Table(
      caption: "Mean and sample standard deviation of the finished runs",
      columns: headings.map { .text(HTML($0)) } + [.number("Seeds")] + names.map { .number(HTML($0)) })
    table.rows = groups.map { group in
      (keys.isEmpty ? ["all"] : group.options.map { HTML($0.value) }) + ["\(group.runs.count)"]
        + names.map { HTML(group.spread($0)?.text ?? "–") }
    }
    return Section(id: "seeds", title: "Mean and deviation over seeds", content: [table.html])
  }
}
