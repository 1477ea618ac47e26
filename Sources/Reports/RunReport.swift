/// The report of a single run.
struct RunReport {
  let run: ReportedRun

  var page: Page {
    Page(
      title: "\(run.configuration.name): report of a training", lead: lead + omissions, sections: sections)
  }

  private var sections: [Section] {
    [RunSection(run: run).section, CurvesSection(run: run).section]
  }

  private var lead: [HTML] {
    guard let results = run.results else {
      return [.element("p", ["class": "lead"], HTML("The run is \(run.stateText)."))]
    }
    let part = results.isTest ? "Test" : "Validation"
    let numbers = results.evaluation.values.map { "\($0.name) \(NumberText.metric($0.value))" }
    let weights =
      run.evaluatedEpoch.map { "weights of epoch \($0)" } ?? "weights of step \(run.evaluated.snapshot.state.step)"
    return [
      .element("p", ["class": "lead"], HTML("\(part) \(numbers.joined(separator: ", "))")),
      .note(
        "\(NumberText.grouped(results.evaluation.samples)) samples of \(results.data.name), \(weights). The run is \(run.stateText)."
      ),
    ]
  }

  private var omissions: [HTML] {
    run.omissions.map { .element("p", ["class": "omission"], HTML($0)) }
  }
}
