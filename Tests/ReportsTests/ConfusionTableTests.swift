import Foundation
import NeuralNetwork
import Testing

@testable import Reports

@Suite("Scores of classes")
struct ConfusionTableTests {
  /// Of the labels 0 0 0 1 1 1 1 2 2 4 and the predictions 0 1 2 1 1 1 0 0 1 0, of five classes.
  private let table = ConfusionTable(
    MetricValue(
      shape: [5, 5],
      elements: [
        1, 1, 1, 0, 0,
        1, 3, 0, 0, 0,
        1, 1, 0, 0, 0,
        0, 0, 0, 0, 0,
        1, 0, 0, 0, 0,
      ]))

  /// `precision_recall_fscore_support(labels, predictions, zero_division=0)`, with `labels=range(5)` for each class, and
  /// without it for the means, of scikit-learn 1.9.1.
  @Test("equal those of scikit-learn")
  func scikitLearn() {
    let scores = (0..<5).map(table.scores)
    #expect(scores.map(\.precision) == [0.25, 0.6, 0, 0, 0])
    #expect(scores.map(\.recall) == [1 / 3, 0.75, 0, 0, 0])
    #expect(scores.map { ($0.f1 * 1e9).rounded() / 1e9 } == [0.285714286, 0.666666667, 0, 0, 0])
    #expect(scores.map(\.support) == [3, 4, 2, 0, 1])
    let (plain, weighted) = (table.mean(isWeighted: false), table.mean(isWeighted: true))
    #expect(abs(plain.precision - 0.2125) < 1e-12)
    #expect(abs(plain.recall - 0.2708333333333333) < 1e-12)
    #expect(abs(plain.f1 - 0.23809523809523808) < 1e-12)
    #expect(abs(weighted.precision - 0.315) < 1e-12)
    #expect(abs(weighted.recall - 0.4) < 1e-12)
    #expect(abs(weighted.f1 - 0.3523809523809524) < 1e-12)
    #expect((table.samples, table.correct, plain.support) == (10, 4, 10))
  }

  @Test("name the pairs of classes that are confused most, the first of equals first")
  func pairs() {
    let more = ConfusionTable(MetricValue(shape: [3, 3], elements: [5, 1, 2, 0, 5, 2, 1, 0, 5]))
    #expect(
      more.confusedPairs.map { [$0.actual, $0.predicted, $0.count] } == [
        [0, 2, 2], [1, 2, 2], [0, 1, 1], [2, 0, 1],
      ])
    #expect(ConfusionTable(MetricValue(shape: [2, 2], elements: [1, 0, 0, 1])).confusedPairs.isEmpty)
  }

  @Test(
    "are drawn as a table of numbers, and for many classes as a picture with a line for each cell", arguments: [3, 100])
  func drawing(classes: Int) {
    var elements = [Double](repeating: 0, count: classes * classes)
    for index in 0..<classes { elements[index * classes + index] = 7 }
    elements[1] = 3
    let names = ["<a>"] + (1..<classes).map { "class \($0)" }
    let table = ConfusionTable(MetricValue(shape: [classes, classes], elements: elements))
    let map = HeatMap(table: table, names: names).html.markup
    #expect(map.contains("<td class=\"cell none\">0</td>") == (classes == 3))
    #expect(map.contains("<title>&lt;a&gt; as class 1: 3 of 10</title>") == (classes == 100))
    #expect(map.contains("role=\"img\"") == (classes == 100))
    // A diagonal, and one cell beside it.
    let cells = map.components(separatedBy: classes == 3 ? "background:rgb" : "fill-opacity").count - 1
    #expect(cells == classes + 1)
    let section = ConfusionSection(table: table, names: names).section.html.markup
    #expect(section.contains("<td>class 1</td><td class=\"number\">3</td><td class=\"number\">30.0\u{A0}%</td>"))
    #expect(section.contains("<td>class 1 3</td>") == (classes == 100))
    #expect(!section.contains("<a>"))
  }
}
