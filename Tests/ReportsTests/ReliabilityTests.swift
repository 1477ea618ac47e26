import Foundation
import Testing

@testable import Reports

@Suite("Reliability")
struct ReliabilityTests {
  @Test("compares the probability of predictions with the share of correct ones")
  func bins() {
    let predictions: [(confidence: Double, isCorrect: Bool)] = [
      (0.95, true), (0.85, true), (1, false), (0.9, true), (0.25, false), (.nan, true),
    ]
    let reliability = Reliability(predictions)
    #expect(reliability.bins.map(\.count) == [0, 0, 1, 0, 0, 0, 0, 0, 1, 3])
    #expect(reliability.bins[9].accuracy == 2.0 / 3)
    #expect(abs(reliability.bins[9].confidence - 0.95) < 1e-12)
    #expect(reliability.bins[2].accuracy == 0)
    // (3 · |2/3 − 0.95| + |1 − 0.85| + |0 − 0.25|) / 5
    #expect(abs(reliability.error - (0.85 + 0.15 + 0.25) / 5) < 1e-12)
  }

  @Test("accepts outputs beyond 0 and 1, of a model whose last layer has no sigmoid")
  func beyond() {
    #expect(Reliability([(1e30, true), (-5, false)]).bins.map(\.count) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  }

  @Test("is drawn with a bar for each bin that has predictions")
  func drawing() {
    let diagram = ReliabilityDiagram(reliability: Reliability([(0.95, true), (0.3, false), (0.31, true)])).html.markup
    #expect(diagram.components(separatedBy: "<rect").count - 1 == 2)
    #expect(diagram.contains("the expected calibration error is 14.7\u{A0}%"))
  }
}
