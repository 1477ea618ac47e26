/// Runs that differ in their seed alone.
struct RunGroup {
  /// What distinguishes the group from the others: paths and values.
  let options: [(path: String, value: String)]
  let runs: [ReportedRun]

  /// Options that do not make a run another one: its names, and when it writes checkpoints.
  static func isIncidental(_ path: String) -> Bool {
    path == "name" || path.hasPrefix("checkpoints.") || path.hasSuffix(".csv_log.filename")
  }

  /// The groups of some runs, in the order of their first runs.
  static func groups(of runs: [ReportedRun]) -> [RunGroup] {
    let configurations = runs.map { FlatConfiguration($0.configuration) }
    let paths = FlatConfiguration.differences(configurations).filter { $0 != "fit.seed" && !isIncidental($0) }
    let options = configurations.map { configuration in paths.map { configuration[$0] ?? "–" } }
    var order: [[String]] = []
    for values in options where !order.contains(values) { order.append(values) }
    return order.map { values in
      RunGroup(
        options: zip(paths, values).map { ($0, $1) },
        runs: runs.indices.filter { options[$0] == values }.map { runs[$0] })
    }
  }

  /// The mean of an outcome over the runs that have it, its sample standard deviation, and their number.
  func statistics(_ outcome: String) -> (mean: Double, deviation: Double, count: Int) {
    let values = runs.compactMap { $0.outcome(outcome) }
    return Self.statistics(values)
  }

  static func statistics(_ values: [Double]) -> (mean: Double, deviation: Double, count: Int) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : .nan, values.count)
  }
}
