import Training

/// Runs side by side: the configuration values in which they differ, and their metrics, the best run first.
package struct RunComparison: Sendable {
  /// The epoch whose values are compared.
  package enum Epoch: String, CaseIterable, Sendable {
    /// The best one of each run by the metric that sorts them.
    case best
    case last
  }

  /// Finished runs that differ in their seeds alone.
  package struct Group: Sendable {
    package fileprivate(set) var runs: [ComparedRun]
  }

  /// The metric that sorts the runs.
  package let metric: String
  /// The epoch of each run whose values are compared.
  package let epoch: Epoch
  /// The runs, sorted; those without a value of the metric are last.
  package private(set) var runs: [ComparedRun] = []
  /// The groups of the finished runs, sorted by the means of the metric.
  package private(set) var groups: [Group] = []

  /// - Parameter metric: nil for that of the first run's best checkpoint, or else its validation loss or loss.
  package init(_ runs: [ComparedRun], by metric: String? = nil, epoch: Epoch = .best) {
    let first = runs.first { $0.history.count > 0 }
    self.metric =
      metric ?? first?.bestMetric ?? (first?.history.columns["val_loss"] == nil ? "loss" : "val_loss")
    self.epoch = epoch
    self.runs = sorted(runs) { value(self.metric, of: $0) }
    var groups: [Group] = []
    for run in self.runs where run.state == .finished {
      let index = groups.firstIndex { $0.runs[0].values.withoutSeed == run.values.withoutSeed }
      if let index { groups[index].runs.append(run) } else { groups.append(Group(runs: [run])) }
    }
    self.groups = sorted(groups) { spread(self.metric, of: $0)?.mean }
  }

  /// The names of the metrics that are numbers, of all runs, in alphabetical order.
  package var metricNames: [String] { Set(runs.flatMap(\.history.columns.keys)).sorted() }

  /// The compared epoch of a run, from 0; nil if there is none.
  package func epoch(of run: ComparedRun) -> Int? {
    switch epoch {
    case .best: run.bestEpoch(by: metric)
    case .last: run.history.count > 0 ? run.history.count - 1 : nil
    }
  }

  /// A metric in the compared epoch; nil if it has none.
  package func value(_ name: String, of run: ComparedRun) -> Double? {
    epoch(of: run).flatMap { run.value(name, $0) }
  }

  /// A metric over the runs of a group that have it; nil if none has.
  package func spread(_ name: String, of group: Group) -> Spread? {
    let values = group.runs.compactMap { value(name, of: $0) }
    return values.isEmpty ? nil : Spread(of: values)
  }

  /// The keys of the configuration values that are not the same in all runs with a checkpoint.
  package var differingKeys: [String] {
    ConfigurationValue.differingKeys(runs.map(\.values).filter { !$0.isEmpty })
  }

  /// From best to worst; equal ones, and those without a value, in the order given.
  private func sorted<Element>(_ elements: [Element], by value: (Element) -> Double?) -> [Element] {
    let isLargerBetter = MetricMonitor(metric).largerIsBetter
    let ranked = elements.enumerated().map { index, element in
      (index: index, element: element, value: value(element).flatMap { $0.isNaN ? nil : $0 })
    }
    return ranked.sorted { left, right in
      switch (left.value, right.value) {
      case (let left?, let right?) where left != right: (left > right) == isLargerBetter
      case (.some, nil): true
      case (nil, .some): false
      default: left.index < right.index
      }
    }.map(\.element)
  }
}
