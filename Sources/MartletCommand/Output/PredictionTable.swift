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

  // MARK: - Advice

  /// What to set, a line for each network.
  static func advice(
    _ predictions: [ScalingPrediction], _ networks: [NetworkBenchmark], _ runs: [RunConfiguration]
  ) -> String {
    let lines = zip(zip(predictions, networks), runs).map { pair, run in
      let (prediction, network) = pair
      return "  \(run.name): \(advice(prediction, epochs: network.epochs.map { ($0.workers, $0.seconds.median) }))"
        + " Batches of \(run.training.batchSize): \(batchAdvice(prediction))"
    }
    return "\nWhat to set\n" + lines.map { "\($0)\n" }.joined()
      + "  fit.shards limits no number of workers: leave it as it is, it shows in the bits.\n"
  }

  /// The fewest workers that are within 3 % of the fastest.
  static func fastest(_ epochs: [(workers: Int, seconds: Double)]) -> Int {
    let least = epochs.map(\.seconds).min() ?? 0
    return epochs.first { $0.seconds <= 1.03 * least }?.workers ?? 1
  }

  private static func advice(_ prediction: ScalingPrediction, epochs: [(workers: Int, seconds: Double)]) -> String {
    "--workers \(fastest(epochs)) on this machine."
  }

  private static func batchAdvice(_ prediction: ScalingPrediction) -> String {
    let useful = prediction.usefulWorkers
    guard let last = prediction.entries.last, useful < last.workers else {
      return "every doubling up to \(useful) workers pays."
    }
    let next = prediction.entries.first { $0.workers > useful }
    let limit = next.map { $0.waiting < leastWaiting ? "" : ", then workers wait in \($0.limit)" } ?? ""
    return "doublings pay up to \(useful) workers\(limit); a larger fit.batch_size employs more."
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
