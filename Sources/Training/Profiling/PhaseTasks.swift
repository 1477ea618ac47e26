/// The tasks of a phase, with the seconds that each took on one core.
package struct PhaseTasks: Sendable, Equatable {
  /// What the phase does: `updates`.
  package let name: String
  /// In the order in which workers claim them.
  package let seconds: [Double]

  package init(name: String, seconds: [Double]) {
    self.name = name
    self.seconds = seconds
  }

  /// The seconds that `workers` take for the phase: each worker that is free claims the next task.
  package func makespan(workers: Int) -> Double {
    precondition(workers > 0, "tasks need a worker, got \(workers)")
    var ends = [Double](repeating: 0, count: min(workers, seconds.count))
    for duration in seconds {
      guard let first = ends.indices.min(by: { ends[$0] < ends[$1] }) else { return 0 }
      ends[first] += duration
    }
    return ends.max() ?? 0
  }

  /// The seconds that the phase takes longer than if all workers were busy all the time.
  package func secondsIdle(workers: Int) -> Double {
    makespan(workers: workers) - seconds.reduce(0, +) / Double(workers)
  }
}
