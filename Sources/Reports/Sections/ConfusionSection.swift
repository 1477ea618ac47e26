/// The confusion matrix, and the pairs of classes that are confused most.
struct ConfusionSection {
  let table: ConfusionTable
  let names: [String]

  private static let pairLimit = 20

  var section: Section {
    Section(
      id: "confusion", title: "Confusion matrix",
      content: [
        .note("Blue is correct, orange wrong; the stronger the color, the larger the share of the true class."),
        HeatMap(table: table, names: names).html,
      ] + predictions + [.heading("Most confused pairs"), pairs])
  }

  /// The numbers of a matrix that is a picture.
  private var predictions: [HTML] {
    guard table.classes > HeatMap.tableLimit else { return [] }
    var list = Table(
      caption: "Numbers of the matrix: what is predicted for each class",
      columns: [.text("True class"), .number("Correct"), .text("Wrong")])
    let wrong = Dictionary(grouping: table.confusedPairs, by: \.actual)
    list.rows = (0..<table.classes).map { actual in
      let pairs = wrong[actual] ?? []
      return [
        HTML(names[actual]), HTML("\(table[actual, actual]) of \(table.support(actual))"),
        HTML(pairs.map { "\(names[$0.predicted]) \($0.count)" }.joined(separator: ", ")),
      ]
    }
    return [.details("Numbers of the matrix", list.html)]
  }

  private var pairs: HTML {
    let pairs = table.confusedPairs
    guard !pairs.isEmpty else { return .paragraph("No sample is misclassified.") }
    var list = Table(
      caption: pairs.count > Self.pairLimit ? "The first \(Self.pairLimit) of \(pairs.count) pairs" : "All pairs",
      columns: [.text("True class"), .text("Predicted"), .number("Samples"), .number("Of the true class")])
    list.rows = pairs.prefix(Self.pairLimit).map { pair in
      [
        HTML(names[pair.actual]), HTML(names[pair.predicted]), HTML(NumberText.grouped(pair.count)),
        HTML(NumberText.percent(Double(pair.count) / Double(table.support(pair.actual)))),
      ]
    }
    return list.html
  }
}
