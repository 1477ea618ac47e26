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
      ArrayTable(matrix, classNames: ["cat", "elk"]).lines(titled: "m")
        == ["m:", "  true \\ predicted  cat  elk", "  cat               980   20", "  elk                 3   97"])
  }

  @Test("are left to JSON if a table is too wide to read")
  func wide() {
    let value = MetricValue(shape: [21, 21], elements: [Double](repeating: 0, count: 441))
    #expect(
      ArrayTable(value, classNames: nil).lines(titled: "m") == ["m: 21x21 numbers, shown with --format json"])
  }

  @Test("are nested lists in JSON")
  func json() {
    #expect(matrix.node.json == "[[980.0, 20.0], [3.0, 97.0]]" && matrix.text == "[[980.0, 20.0], [3.0, 97.0]]")
  }
}
