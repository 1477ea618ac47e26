import Martlet
import Reports

/// The tables of a comparison of runs.
struct ComparisonTables {
  private let comparison: RunComparison
  private let onlyMeans: Bool
  /// The metric that sorts the runs, then the others as in the table of a history.
  private let metrics: [String]

  init(_ comparison: RunComparison, onlyMeans: Bool) {
    self.comparison = comparison
    self.onlyMeans = onlyMeans
    let names = HistoryTable.ordered(comparison.metricNames)
    metrics = names.filter { $0 == comparison.metric } + names.filter { $0 != comparison.metric }
  }

  func output(_ format: TableFormat) -> String {
    let hasSeeds = comparison.groups.contains { $0.runs.count > 1 }
    let tables = (onlyMeans ? [] : [runs]) + (onlyMeans || hasSeeds ? [means] : [])
    switch format {
    case .text: return tables.map(\.text).joined(separator: "\nMean ± standard deviation over seeds:\n")
    case .markdown: return tables.map(\.markdown).joined(separator: "\nMean ± standard deviation over seeds:\n\n")
    case .csv: return tables[0].csv
    case .json:
      let settings = [
        ConfigurationEntry("metric", ConfigurationNode(.string(comparison.metric))),
        ConfigurationEntry("epoch", ConfigurationNode(.string(comparison.epoch.rawValue))),
      ]
      let names = onlyMeans ? ["means"] : ["runs", "means"]
      return ConfigurationNode(
        mapping: settings + zip(names, onlyMeans ? [means] : [runs, means]).map { ConfigurationEntry($0, $1.node) }
      ).json + "\n"
    }
  }

  private var runs: OutputTable {
    OutputTable(
      headings: ["run", "state", "epochs", "epoch"] + comparison.differingKeys + metrics,
      rows: comparison.runs.map { run in
        let facts: [OutputTable.Cell] = [
          .text(run.path), .text(run.state.rawValue), .integer(run.history.count),
          comparison.epoch(of: run).map { .integer($0 + 1) } ?? .missing,
        ]
        return facts + values(of: run, comparison.differingKeys)
          + metrics.map { name in comparison.value(name, of: run).map { .number($0) } ?? .missing }
      })
  }

  private var means: OutputTable {
    let keys = comparison.differingKeys.filter { $0 != ConfigurationValue.seedKey }
    return OutputTable(
      headings: ["runs", "seeds"] + keys + metrics,
      rows: comparison.groups.map { group in
        let seeds = group.runs.compactMap { $0.text(ConfigurationValue.seedKey) }
        let facts: [OutputTable.Cell] = [.integer(group.runs.count), .text(seeds.joined(separator: " "))]
        return facts + values(of: group.runs[0], keys)
          + metrics.map { name in comparison.spread(name, of: group).map { .spread($0) } ?? .missing }
      })
  }

  private func values(of run: ComparedRun, _ keys: [String]) -> [OutputTable.Cell] {
    keys.map { key in run.text(key).map { .text($0) } ?? .missing }
  }
}
