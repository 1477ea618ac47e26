/// The options in which runs differ.
struct DifferencesSection {
  let runs: [ReportedRun]

  var section: Section {
    let configurations = runs.map { FlatConfiguration($0.configuration) }
    let paths = FlatConfiguration.differences(configurations).filter { !RunGroup.isIncidental($0) }
    guard !paths.isEmpty else {
      return Section(
        id: "differences", title: "Configurations", content: [.paragraph("The configurations do not differ.")])
    }
    func cell(_ run: Int, _ path: String) -> HTML { HTML(configurations[run][path] ?? "–") }
    let caption = "Options that differ; all others are the same"
    // Whichever there are more of are the rows.
    var table: Table
    if paths.count > runs.count {
      table = Table(caption: caption, columns: [.text("Option")] + runs.map { .text(HTML($0.path)) })
      table.rows = paths.map { path in [HTML(path)] + runs.indices.map { cell($0, path) } }
    } else {
      table = Table(caption: caption, columns: [.text("Run")] + paths.map { .text(HTML($0)) })
      table.rows = runs.indices.map { run in [HTML(runs[run].path)] + paths.map { cell(run, $0) } }
    }
    return Section(id: "differences", title: "Configurations", content: [table.html])
  }
}
