/// Whether probabilities are shares of correct predictions.
struct ReliabilitySection {
  let samples: [ClassifiedSample]

  /// Nil if the outputs are not probabilities.
  var section: Section? {
    let predictions = samples.compactMap { sample in
      sample.confidence.map { (confidence: $0, isCorrect: sample.isCorrect) }
    }
    guard !predictions.isEmpty else { return nil }
    let reliability = Reliability(predictions)
    return Section(
      id: "reliability", title: "Reliability of the probabilities",
      content: [
        .paragraph(
          "Probabilities are reliable if the bars reach the dashed line: eight of ten predictions with a probability of 0.8 are correct. Bars below it are overconfident. The dots are at the mean probability of their bar."
        ),
        .paragraph(
          "Expected calibration error: \(NumberText.metric(reliability.error)) (mean distance from the line)."),
        ReliabilityDiagram(reliability: reliability).html, numbers(reliability),
      ])
  }

  private func numbers(_ reliability: Reliability) -> HTML {
    var table = Table(
      caption: "Predictions by probability",
      columns: [.text("Probability"), .number("Predictions"), .number("Mean probability"), .number("Accuracy")])
    table.rows = reliability.bins.map { bin in
      func number(_ value: Double) -> HTML { HTML(bin.count > 0 ? NumberText.metric(value) : "–") }
      let bounds = [bin.bounds.lower, bin.bounds.upper].map { NumberText.tick($0, step: 0.1) }
      return [
        HTML("\(bounds[0]) to \(bounds[1])"), HTML(NumberText.grouped(bin.count)), number(bin.confidence),
        number(bin.accuracy),
      ]
    }
    return table.html
  }
}
