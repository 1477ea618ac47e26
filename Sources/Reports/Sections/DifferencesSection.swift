/// The options in which runs differ.
struct DifferencesSection {
  let runs: [ReportedRun]

  var section: Section {
    let keys = ConfigurationValue.differingKeys(runs.map(\.values))
    guard !keys.isEmpty else {
      return Section(
        id: "differences", title: "Configurations", content: [.paragraph("The configurations do not differ.")])
    }
    func cell(_ run: ReportedRun, _ key: String) -> HTML { HTML(run.values.text(key) ?? "–") }
    let caption = "Options that differ; all others are the same"
    // Whichever there are more of are the rows.
    var table: Table
    if keys.count > runs.count {
      table = Table(caption: caption, columns: [.text("Option")] + runs.map { .text(HTML($0.path)) })
      table.rows = keys.map { key in [HTML(key)] + runs.map { cell($0, key) } }
    } else {
      table = Table(caption: caption, columns: [.text("Run")] + keys.map { .text(HTML($0)) })
      table.rows = runs.map { run in [HTML(run.path)] + keys.map { cell(run, $0) } }
    }
    return Section(id: "differences", title: "Configurations", content: [table.html])
  }
}
