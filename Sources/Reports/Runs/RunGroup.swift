/// Finished runs that differ in their seed alone.
struct RunGroup {
  /// What distinguishes the group from the others: keys and values.
  let options: [(key: String, value: String)]
  let runs: [ReportedRun]

  /// The groups of the finished ones of some runs, in the order of their first runs.
  static func groups(of runs: [ReportedRun]) -> [RunGroup] {
    let runs = runs.filter { $0.isFinished && !$0.isUnderWay }
    let keys = ConfigurationValue.differingKeys(runs.map(\.values.withoutSeed))
    var order: [[ConfigurationValue]] = []
    for values in runs.map(\.values.withoutSeed) where !order.contains(values) { order.append(values) }
    return order.map { values in
      RunGroup(
        options: keys.map { ($0, values.text($0) ?? "–") }, runs: runs.filter { $0.values.withoutSeed == values })
    }
  }

  /// The mean of an outcome over the runs that have it, and its deviation; nil if none has.
  func spread(_ outcome: String) -> Spread? {
    let values = runs.compactMap { $0.outcome(outcome) }
    return values.isEmpty ? nil : Spread(of: values)
  }
}
