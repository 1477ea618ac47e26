import Foundation
import Martlet

/// Benchmark results as text tables and as JSON.
enum BenchmarkTable {
  static func text(_ machine: MachineBenchmark) -> String {
    let lines = machine.peaks.map { workers, peak in
      "\(computing(workers, on: machine.cores))  \(spread(peak, unit: 1e-9, "%.1f")) GFLOP/s each"
    }
    return "Peak (\(machine.instructionSet), multiplications and additions in registers)\n"
      + lines.map { "  \($0)\n" }.joined() + machine.phaseChanges.map(phaseChange).joined() + "\n"
  }

  private static func phaseChange(_ workers: Int, _ seconds: Timing) -> String {
    "  change of phases with \(workers) workers: \(spread(seconds, unit: 1e6, "%.2f")) us\n"
  }

  /// `2 cores`, or `16 threads on 2 cores` if there are more workers than cores.
  static func computing(_ workers: Int, on cores: Int) -> String {
    func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
    if workers > cores { return "\(count(workers, "thread")) on \(count(cores, "core"))" }
    return count(workers, "core") + (workers == 1 ? " " : "")
  }

  static func text(_ network: NetworkBenchmark, machine: MachineBenchmark) -> String {
    var rows = [["layer", "forward us", "GFLOP/s", "of peak", "backward us", "GFLOP/s", "of peak"]]
    for layer in network.layers {
      rows.append(
        [layer.name] + pass(layer.forward, layer.operations.forward, machine)
          + pass(layer.backward, layer.operations.backward, machine))
    }
    var lines = ["\(network.name): one core, time per sample"] + table(rows)
    lines.append("  gradient sum + update of a step: \(spread(network.update, unit: 1e6, "%.0f")) us")
    lines.append("epochs: training and validation")
    let first = network.epochs[0].seconds.median
    for (workers, seconds) in network.epochs {
      let share = network.operationsPerEpoch / seconds.median / machine.peak(workers: workers)
      lines.append(
        "  \(workers) worker\(workers == 1 ? " " : "s") \(spread(seconds, unit: 1, "%.3f")) s"
          + String(format: "  %.2fx  %.0f %% of peak", first / seconds.median, 100 * share))
    }
    lines.append("  of which validation: \(spread(network.validation, unit: 1, "%.3f")) s")
    return lines.map { "\($0)\n" }.joined() + "\n"
  }

  static func memory(_ bytes: Int) -> String { "Peak memory: \(bytes / 1_000_000) MB\n" }

  /// Microseconds, GFLOP/s, and the share of the peak.
  private static func pass(_ timing: Timing, _ operations: Int, _ machine: MachineBenchmark) -> [String] {
    let rate = Double(operations) / timing.median
    let time = spread(timing, unit: 1e6, "%.2f")
    guard operations > 0 else { return [time, "", ""] }
    return [time, String(format: "%.1f", rate * 1e-9), String(format: "%.0f %%", 100 * rate / machine.corePeak)]
  }

  /// `2.61 (2.60-2.70)`: median, minimum and maximum.
  private static func spread(_ timing: Timing, unit: Double, _ format: String) -> String {
    let values = [timing.median, timing.least, timing.most].map { String(format: format, $0 * unit) }
    return "\(values[0]) (\(values[1])-\(values[2]))"
  }

  static func table(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + space : space + row[column]
      }
      return "  " + cells.joined(separator: "  ")
    }
  }

  // MARK: - JSON

  static func json(
    _ machine: MachineBenchmark, networks: [NetworkBenchmark], predictions: [ScalingPrediction], memory: Int
  ) -> ConfigurationNode {
    object([
      ("instruction_set", ConfigurationNode(.string("\(machine.instructionSet)"))), ("cores", integer(machine.cores)),
      (
        "peak_flops_per_core",
        list(machine.peaks.map { object([("workers", integer($0.workers)), ("value", timing($0.peak))]) })
      ),
      (
        "phase_change_seconds",
        list(machine.phaseChanges.map { object([("workers", integer($0.workers)), ("value", timing($0.seconds))]) })
      ),
      ("networks", list(networks.map(network))), ("predictions", list(predictions.map(PredictionTable.json))),
      ("peak_memory_bytes", integer(memory)),
    ])
  }

  private static func network(_ network: NetworkBenchmark) -> ConfigurationNode {
    object([
      ("name", ConfigurationNode(.string(network.name))), ("data", ConfigurationNode(.string(network.data))),
      (
        "layers",
        list(
          network.layers.map { layer in
            object([
              ("name", ConfigurationNode(.string(layer.name))),
              ("forward_flop", integer(layer.operations.forward)), ("forward_seconds", timing(layer.forward)),
              ("backward_flop", integer(layer.operations.backward)), ("backward_seconds", timing(layer.backward)),
            ])
          })
      ), ("update_seconds", timing(network.update)),
      ("epoch_flop", ConfigurationNode(.number(network.operationsPerEpoch))),
      (
        "epoch_seconds",
        list(network.epochs.map { object([("workers", integer($0.workers)), ("value", timing($0.seconds))]) })
      ), ("validation_seconds", timing(network.validation)),
    ])
  }

  static func object(_ entries: [(String, ConfigurationNode)]) -> ConfigurationNode {
    ConfigurationNode(mapping: entries.map { ConfigurationEntry($0, $1) })
  }

  static func list(_ nodes: [ConfigurationNode]) -> ConfigurationNode { ConfigurationNode(.sequence(nodes)) }

  static func integer(_ value: Int) -> ConfigurationNode { ConfigurationNode(.integer(value)) }

  private static func timing(_ timing: Timing) -> ConfigurationNode {
    object([
      ("median", ConfigurationNode(.number(timing.median))), ("min", ConfigurationNode(.number(timing.least))),
      ("max", ConfigurationNode(.number(timing.most))),
    ])
  }
}
