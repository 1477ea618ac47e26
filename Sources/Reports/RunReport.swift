import NeuralNetwork

/// The report of a single run.
struct RunReport {
  let run: ReportedRun

  var page: Page {
    let (sections, faults) = sections
    let omissions = (run.omissions + faults).map { HTML.element("p", ["class": "omission"], HTML($0)) }
    return Page(title: "\(run.configuration.name): report", lead: lead + omissions, sections: sections)
  }

  /// The sections, and sentences about those that are omitted.
  private var sections: (sections: [Section], faults: [String]) {
    var faults: [String] = []
    let samples = run.training.flatMap { data in
      do {
        return try SamplesSection(settings: run.settings, data: data, classNames: run.classNames).section
      } catch {
        faults.append("Training samples are omitted: \(error)")
        return nil
      }
    }
    let plan = try? run.settings.model.plan(inputShape: run.newest.run.inputShape)
    let filters = plan.flatMap { FiltersSection(plan: $0, weights: run.evaluated.snapshot.parameters)?.section }
    let model = plan.map { ModelSection(plan: $0, optimizer: run.settings.optimizer).section }
    let results = results
    let sections =
      [RunSection(run: run).section, CurvesSection(run: run).section] + results.sections
      + [samples, filters, model].compactMap { $0 }
    return (sections, results.faults + faults)
  }

  /// What the predictions show, if the model predicts classes.
  private var results: (sections: [Section], faults: [String]) {
    guard let results = run.results else { return ([], []) }
    guard let table = results.confusion else {
      let classes = results.prediction?.classes ?? 0
      return (
        [],
        [
          classes > ModelResults.classLimit
            ? "The model has \(classes) outputs: there is a confusion matrix of up to \(ModelResults.classLimit)."
            : "The model predicts values, not classes: there is no confusion matrix."
        ]
      )
    }
    let names = names(of: table)
    let samples = results.classified
    let uncertain =
      samples.contains { $0.confidence != nil }
      ? [] : ["The outputs are not probabilities: confident mistakes and the reliability diagram are omitted."]
    let sections = [
      ConfusionSection(table: table, names: names).section, ScoresSection(table: table, names: names).section,
      MistakesSection(data: results.data, samples: samples, names: names).section,
      ReliabilitySection(samples: samples).section,
    ]
    return (sections.compactMap { $0 }, uncertain)
  }

  /// The name of each class, or its label.
  private func names(of table: ConfusionTable) -> [String] {
    guard let names = run.classNames, names.count == table.classes else { return (0..<table.classes).map(String.init) }
    return names
  }

  private var lead: [HTML] {
    guard let results = run.results else {
      return [.element("p", ["class": "lead"], HTML("State of the run: \(run.stateText)"))]
    }
    let part = results.isTest ? "Test" : "Validation"
    let numbers = results.evaluation.values.map { "\($0.name) \(NumberText.metric($0.value))" }
    let step = NumberText.grouped(run.evaluated.snapshot.state.step)
    let weights = run.evaluatedEpoch.map { "weights of epoch \($0)" } ?? "weights of step \(step)"
    let samples = NumberText.grouped(results.evaluation.samples)
    return [
      .element("p", ["class": "lead"], HTML("\(part) \(numbers.joined(separator: ", "))")),
      .note("\(samples) samples of \(results.data.name), \(weights). State of the run: \(run.stateText)."),
    ]
  }
}
