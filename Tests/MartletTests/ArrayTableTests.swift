import Martlet
import Testing

@testable import MartletCommand

@Suite("Metrics that are arrays, as text")
struct ArrayTableTests {
  private let matrix = MetricValue(shape: [2, 2], elements: [980, 20, 3, 97])

  @Test("have a line for each class, with its name")
  func classes() {
    let scores = MetricValue(shape: [3], elements: [0.5, 1, .nan])
    #expect(
      ArrayTable(scores, classNames: ["cat", "horse", "elk"]).lines(titled: "Test f1_score")
        == ["Test f1_score:", "  cat    0.5000", "  horse  1.0000", "  elk       nan"])
    #expect(
      ArrayTable(scores, classNames: ["cat"]).lines(titled: "a") == ["a:", "  0  0.5000", "  1  1.0000", "  2     nan"])
  }

  @Test("have a table of true and predicted classes")
  func table() {
    #expect(
      ArrayTable(matrix, classNames: ["cat", "elk"]).lines(titled: "m", corner: "true \\ predicted")
        == ["m:", "  true \\ predicted  cat  elk", "  cat               980   20", "  elk                 3   97"])
  }

  @Test("have numbers where they are no counts, and names without control characters")
  func numbers() {
    let value = MetricValue(shape: [2, 2], elements: [.nan, 1, 0.5, .infinity])
    #expect(
      ArrayTable(value, classNames: ["a\u{1b}[31m", "b"]).lines(titled: "m").dropFirst(2) == [
        "  a\\u001b[31m          nan  1.0000", "  b                 0.5000     inf",
      ])
  }

  @Test("of an epoch that was not validated are those of the one before")
  func lastValidated() throws {
    let missing = MetricValue(shape: [2, 2], elements: [.nan, .nan, .nan, .nan])
    let history = History(columns: ["loss": [1, 2]], arrays: ["val_confusion_matrix": [matrix, missing]])
    let configuration = TrainingConfiguration(model: Sequential([Dense(units: 2)]), metrics: [ConfusionMatrix()])
    let text = HistoryTable(history, configuration).text
    #expect(
      text.hasSuffix(
        "val_confusion_matrix of epoch 1:\n  true \\ predicted    0   1\n  0                 980  20\n  1                   3  97"
      ))
  }

  @Test("are left to JSON if a table is too wide to read")
  func wide() {
    let value = MetricValue(shape: [21, 21], elements: [Double](repeating: 0, count: 441))
    #expect(
      ArrayTable(value, classNames: nil).lines(titled: "m") == ["m: 21x21 numbers, shown with --format json"])
    let many = MetricValue(shape: [101], elements: [Double](repeating: 0, count: 101))
    #expect(ArrayTable(many, classNames: nil).lines(titled: "m") == ["m: 101 numbers, shown with --format json"])
  }

  @Test("are nested lists in JSON")
  func json() {
    #expect(matrix.node.json == "[[980.0, 20.0], [3.0, 97.0]]" && matrix.text == "[[980.0, 20.0], [3.0, 97.0]]")
  }
}
