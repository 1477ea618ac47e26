/// Several runs and their outcomes.
struct RunTableSection {
  let runs: [ReportedRun]

  var section: Section {
    let names = runs.outcomeNames
    var table = Table(
      caption:
        "Metrics are those of the best epoch by the metric that decides which checkpoint is kept, or else of the last",
      columns: [.text("Run"), .text("State"), .number("Seed"), .number("Epoch")] + names.map { .number(HTML($0)) })
    table.rows = runs.indices.map { index in
      let run = runs[index]
      return [
        .element("span", ["class": "named"], [runs.series(index).swatch, HTML(run.path)]), HTML(run.stateText),
        "\(run.settings.seed)", HTML(run.decisiveEpoch > 0 ? "\(run.decisiveEpoch)" : "–"),
      ] + names.map { HTML(run.outcome($0).map(NumberText.metric) ?? "–") }
    }
    return Section(id: "runs", title: "Runs", content: [table.html])
  }
}
