/// The durations of the tasks of a step, or of an evaluation, on one core.
///
/// They tell how long any number of workers would take, by list scheduling (R. L. Graham, Bounds on Multiprocessing
/// Timing Anomalies, SIAM J. Appl. Math. 17(2), 1969), if memory and caches served all of them as fast as one.
package struct TaskProfile: Sendable {
  package let phases: [PhaseTasks]
  /// The seconds of what one worker does while the others wait.
  package let secondsBetween: Double

  package init(phases: [PhaseTasks], secondsBetween: Double) {
    self.phases = phases
    self.secondsBetween = secondsBetween
  }

  /// - Parameter change: the seconds that a change of phases takes.
  package func seconds(workers: Int, change: Double) -> Double {
    phases.reduce(secondsBetween) { $0 + $1.makespan(workers: workers) + change }
  }

  /// The name of the phases in which workers wait longest for others, and for how many seconds.
  package func limit(workers: Int) -> (name: String, seconds: Double)? {
    Dictionary(grouping: phases, by: \.name)
      .mapValues { $0.reduce(0) { $0 + $1.secondsIdle(workers: workers) } }
      .max { ($0.value, $1.key) < ($1.value, $0.key) }
      .map { ($0.key, $0.value) }
  }
}
