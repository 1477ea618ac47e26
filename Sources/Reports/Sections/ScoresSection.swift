/// Precision, recall, F1 and support of each class.
struct ScoresSection {
  let table: ConfusionTable
  let names: [String]

  var section: Section {
    Section(
      id: "classes", title: "Scores of each class",
      content: weakest + [
        .note(
          """
          Precision: the share of correct ones among the samples predicted to be of the class. Recall: the share of \
          correct ones among the samples of the class. F1: their harmonic mean. Support: the samples of the class.
          """
        ),
        scores,
      ])
  }

  private var weakest: [HTML] {
    let scores = (0..<table.classes).map { (name: names[$0], scores: table.scores($0)) }
    guard table.classes > 2 else { return [] }
    let last = scores.enumerated().filter { $0.element.scores.support > 0 && $0.element.scores.f1 < 1 }
      .sorted { ($0.element.scores.f1, $0.offset) < ($1.element.scores.f1, $1.offset) }
      .prefix(5).map { "\($0.element.name) (\(NumberText.metric($0.element.scores.f1)))" }
    return last.isEmpty ? [] : [.paragraph("The lowest F1: \(last.joined(separator: ", ")).")]
  }

  private var scores: HTML {
    var list = Table(
      caption: "Scores of each class",
      columns: [.text("Class"), .number("Precision"), .number("Recall"), .number("F1"), .number("Support")])
    list.rows = (0..<table.classes).map { row(names[$0], table.scores($0)) }
    list.totals = [
      [
        "Accuracy", "", "", HTML(NumberText.metric(Double(table.correct) / Double(max(table.samples, 1)))),
        HTML(NumberText.grouped(table.samples)),
      ],
      row("Mean of the classes", table.mean(isWeighted: false)),
      row("Mean weighted by support", table.mean(isWeighted: true)),
    ]
    return list.html
  }

  private func row(_ name: String, _ scores: ConfusionTable.Scores) -> [HTML] {
    [HTML(name)] + [scores.precision, scores.recall, scores.f1].map { HTML(NumberText.metric($0)) }
      + [HTML(NumberText.grouped(scores.support))]
  }
}
