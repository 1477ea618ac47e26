import Martlet
import Testing

@testable import MartletCommand

@Suite("Predictions of martlet benchmark")
struct PredictionTests {
  private let prediction = ScalingPrediction(
    name: "mnist-cnn",
    entries: [
      .init(workers: 1, seconds: 4.5, measured: 4.6, limit: "updates", waiting: 0),
      .init(workers: 2, seconds: 2.25, measured: 2, limit: "updates", waiting: 0.02),
      .init(workers: 4, seconds: 1.5, measured: nil, limit: "forward and backward passes", waiting: 0.2),
      .init(workers: 128, seconds: 1.25, measured: nil, limit: "forward and backward passes", waiting: 0.75),
    ])

  @Test("are a table that names errors and limits")
  func text() {
    #expect(
      PredictionTable.text(prediction) == """

        mnist-cnn: prediction from tasks on one core, if memory keeps up
          workers  epoch s         measured  error  waiting  in
                1    4.500  1.00x     4.600   -2 %
                2    2.250  2.00x     2.000  +12 %
                4    1.500  3.00x                      20 %  forward and backward passes
              128    1.250  3.60x                      75 %  forward and backward passes

        """)
  }

  @Test("say up to how many workers each doubling is worthwhile")
  func usefulWorkers() {
    #expect(prediction.usefulWorkers == 4)
    #expect(ScalingPrediction(name: "x", entries: Array(prediction.entries.prefix(2))).usefulWorkers == 2)
    #expect(ScalingPrediction(name: "x", entries: Array(prediction.entries.suffix(2))).usefulWorkers == 4)
  }

  @Test("are advice: the fewest workers near the fastest")
  func workers() {
    #expect(PredictionTable.fastest([(1, 2.0), (2, 1.02), (4, 1.0)]) == 2)
    #expect(PredictionTable.fastest([(1, 2.0), (2, 1.04), (4, 1.0)]) == 4)
    #expect(PredictionTable.fastest([(1, 1.0), (2, 1.5)]) == 1)
  }

  @Test("are in the JSON")
  func json() {
    let json = PredictionTable.json(prediction).json
    #expect(json.contains(#""useful_workers": 4"#))
    #expect(json.contains(#""predicted_epoch_seconds": 1.25"#))
    #expect(json.contains(#""measured_epoch_seconds": null"#))
    #expect(json.contains(#""limiting_phase": "forward and backward passes""#))
  }
}
