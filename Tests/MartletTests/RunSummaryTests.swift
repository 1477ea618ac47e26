import Martlet
import Testing

@testable import MartletCommand

@Suite("The summary of a run")
struct RunSummaryTests {
  @Test(
    "counts the epochs that are done",
    arguments: [
      (1, 1, "1 epoch is done"), (2, 2, "all 2 epochs are done"),
      (3, 2, "3 epochs are done, more than the 2 requested"),
      (2, 1, "2 epochs are done, more than the 1 requested"), (12_000, 12_000, "all 12,000 epochs are done"),
    ])
  func epochsDone(done: Int, asked: Int, wording: String) {
    #expect(RunSummary.epochsDone(done, of: asked) == wording)
  }

  @Test("has the fewest digits that round-trip, and one NaN")
  func digits() {
    #expect([Double.nan, -.nan, .signalingNaN].map(\.digits) == ["nan", "nan", "nan"])
    #expect((-Float.nan).digits == "nan")
    #expect([0.1, 1e-7, 1.0 / 3].map(\.digits) == ["0.1", "1e-07", "0.3333333333333333"])
    #expect(Float(0.1).digits == "0.1" && (-Double.infinity).digits == "-inf")
    let history = History(columns: ["learning_rate": [Double(Float(0.001))], "loss": [Double(Float(0.001))]])
    #expect(history.shortestValue("learning_rate", 0).digits == "0.001")
    #expect(history.shortestValue("loss", 0).digits == "0.0010000000474974513")
    #expect(ConfigurationNode(.number(-.nan)).json == "null" && ConfigurationNode(.number(-.nan)).received == "nan")
  }
}
