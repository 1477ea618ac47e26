import Testing

@testable import Reports

@Suite("Charts")
struct LineChartTests {
  private func chart(_ values: [Double]) -> String? {
    let points = values.enumerated().map { Series.Point(x: Double($0 + 1), y: $1) }
    return LineChart(
      title: "loss <x>", xTitle: "epoch", series: [Series(name: "a", color: 0, points: points)],
      description: "loss \"by\" epoch"
    ).html?.markup
  }

  @Test("connect the points that are numbers, and say what they show")
  func gaps() throws {
    let drawn = try #require(chart([1, .nan, 0.5, .infinity, 0]))
    #expect(drawn.contains("points=\"54.0,10.0 203.0,92.0 352.0,174.0\""))
    #expect(drawn.contains("aria-label=\"loss &quot;by&quot; epoch\""))
    #expect(drawn.contains("<figcaption>loss &lt;x&gt;</figcaption>"))
    #expect(!drawn.contains("nan") && !drawn.contains("inf"))
    #expect(chart([.nan]) == nil && chart([]) == nil && chart([.greatestFiniteMagnitude, 5e-324]) == nil)
  }

  @Test(
    "draw a single point, constant values and huge ones",
    arguments: [[3], [2, 2, 2], [1e299, -1e299], [1e-299, 0], [1, 1.0000000000000002], [-0.0, 0]])
  func extremes(values: [Double]) throws {
    let drawn = try #require(chart(values))
    #expect(drawn.contains("<circle"))
    #expect(!drawn.contains("nan") && !drawn.contains("inf"))
  }

  @Test("of steps draw the means of many, and their range")
  func steps() throws {
    let few = try #require(StepLossChart((1...300).map { StepLoss(step: $0, loss: 1) }).html?.markup)
    #expect(!few.contains("<polygon") && few.contains("300 steps.<"))
    let losses = (1...1001).map { StepLoss(step: $0, loss: $0 == 7 ? .nan : Double($0 % 2)) }
    let many = try #require(StepLossChart(losses).html?.markup)
    #expect(many.contains("<polygon"))
    #expect(
      many.contains("1,001 steps. The line is the mean of 4 steps each, the band their range. 1 losses are not finite"))
    #expect(StepLossChart([]).html == nil)
  }
}
