import Foundation
import Martlet

/// Predictions for more workers as text tables and as JSON, and what follows for a run.
enum PredictionTable {
  /// Limits that cost less of a step are not named.
  private static let leastWaiting = 0.1

  static func text(_ prediction: ScalingPrediction) -> String {
    let rows = prediction.entries.map { entry in
      [
        "\(entry.workers)", String(format: "%.3f", entry.seconds),
        String(format: "%.2fx", prediction.speedup(entry)),
        entry.measured.map { String(format: "%.3f", $0) } ?? "",
        entry.measured.map { String(format: "%+.0f %%", 100 * (entry.seconds / $0 - 1)) } ?? "",
        entry.waiting < leastWaiting ? "" : String(format: "%.0f %%", 100 * entry.waiting),
        entry.waiting < leastWaiting ? "" : entry.limit,
      ]
    }
    let lines = table([["workers", "epoch s", "", "measured", "error", "waiting", "in"]] + rows)
    return "\n\(prediction.name): prediction from tasks on one core, if memory keeps up\n"
      + lines.map { "\($0)\n" }.joined()
  }

  /// Columns of numbers to the right, the last one to the left.
  private static func table(_ rows: [[String]]) -> [String] {
    zip(BenchmarkTable.table(rows.map { [""] + $0.dropLast() }), rows).map { line, row in
      var text = line.dropFirst(2) + "  " + row[row.count - 1]
      while text.last == " " { text.removeLast() }
      return String(text)
    }
  }

  /// Said instead of a prediction.
  static func noPrediction(_ name: String) -> String {
    "\n\(name): no prediction, because its samples are decoded while it trains\n"
  }

  // MARK: - Advice

  /// What advice for a network follows from.
  struct Advice {
    let name: String
    /// The measured epochs.
    let epochs: [(workers: Int, seconds: Double)]
    let batchSize: Int
    let prediction: ScalingPrediction?

    /// The fewest workers that are within 3 % of the fastest.
    var workers: Int {
      let least = epochs.map(\.seconds).min() ?? 0
      return epochs.first { $0.seconds <= 1.03 * least }?.workers ?? 1
    }

    var text: String {
      "\(name): --workers \(workers) on this machine." + (prediction.map { " " + doublings($0) } ?? "")
    }

    private func doublings(_ prediction: ScalingPrediction) -> String {
      let useful = prediction.usefulWorkers
      let start = "With batches of \(batchSize), "
      guard let next = prediction.entries.first(where: { $0.workers > useful }) else {
        return start + "every doubling of workers pays, up to \(useful)."
      }
      let limit = next.waiting < leastWaiting ? "" : "; then they wait in \(next.limit)"
      let pays = useful == 1 ? "more than 1 worker does not pay" : "every doubling pays up to \(useful) workers"
      return start + pays + limit + ". A larger fit.batch_size employs more."
    }
  }

  /// What to set, a line for each network.
  static func advice(_ networks: [Advice]) -> String {
    "\nWhat to set\n" + networks.map { "  \($0.text)\n" }.joined()
      + "  fit.shards limits no number of workers: leave it as it is, it shows in the bits.\n"
  }

  // MARK: - JSON

  static func json(_ prediction: ScalingPrediction) -> ConfigurationNode {
    let entries = prediction.entries.map { entry in
      BenchmarkTable.object([
        ("workers", BenchmarkTable.integer(entry.workers)),
        ("predicted_epoch_seconds", ConfigurationNode(.number(entry.seconds))),
        ("measured_epoch_seconds", entry.measured.map { ConfigurationNode(.number($0)) } ?? ConfigurationNode(.null)),
        ("limiting_phase", ConfigurationNode(.string(entry.limit))),
        ("waiting_share", ConfigurationNode(.number(entry.waiting))),
      ])
    }
    return BenchmarkTable.object([
      ("name", ConfigurationNode(.string(prediction.name))), ("epochs", BenchmarkTable.list(entries)),
      ("useful_workers", BenchmarkTable.integer(prediction.usefulWorkers)),
    ])
  }
}
