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

  private func advice(_ epochs: [(Int, Double)], _ prediction: ScalingPrediction?) -> PredictionTable.Advice {
    .init(name: "mine", epochs: epochs.map { ($0, $1) }, batchSize: 200, prediction: prediction)
  }

  @Test("are advice: the fewest workers near the fastest")
  func workers() {
    #expect(advice([(1, 2.0), (2, 1.02), (4, 1.0)], nil).workers == 2)
    #expect(advice([(1, 2.0), (2, 1.04), (4, 1.0)], nil).workers == 4)
    #expect(advice([(1, 1.0), (2, 1.5)], nil).text == "mine: --workers 1 on this machine.")
  }

  @Test("are advice: the doublings that pay")
  func doublings() {
    let epochs = [(1, 2.0), (2, 1.0)]
    #expect(
      advice(epochs, prediction).text
        == "mine: --workers 2 on this machine. With batches of 200, every doubling pays up to 4 workers; then they wait "
        + "in forward and backward passes. A larger fit.batch_size employs more.")
    func first(_ count: Int) -> ScalingPrediction {
      ScalingPrediction(name: "mine", entries: Array(prediction.entries.prefix(count)))
    }
    #expect(advice(epochs, first(2)).text.hasSuffix("every doubling of workers pays, up to 2."))
    let poor = ScalingPrediction(
      name: "mine",
      entries: [
        .init(workers: 1, seconds: 1, measured: nil, limit: "updates", waiting: 0),
        .init(workers: 2, seconds: 0.9, measured: nil, limit: "updates", waiting: 0.05),
      ])
    #expect(
      advice(epochs, poor).text.hasSuffix(
        "more than 1 worker does not pay. A larger fit.batch_size employs more."))
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
