/// Records the durations of the tasks of a team with one worker.
final class TaskRecorder: @unchecked Sendable {
  // Sendable: one worker records; the trainer reads once it has ended.
  private var phases: [PhaseTasks] = []
  private var secondsBetween: Double = 0
  private var name: String?
  private var tasks: [Double] = []
  private var lastEnd: ContinuousClock.Instant?

  /// Ends the current phase, if there is one, and begins the next; nil to end the work.
  func begin(phase next: String?) {
    if let name { phases.append(PhaseTasks(name: name, seconds: tasks)) }
    name = next
    tasks = []
    // The time until the next work is not that of a step.
    if next == nil { lastEnd = nil }
  }

  func run(_ task: () -> Void) {
    let start = ContinuousClock.now
    if let lastEnd { secondsBetween += (start - lastEnd) / .seconds(1) }
    task()
    let end = ContinuousClock.now
    tasks.append((end - start) / .seconds(1))
    lastEnd = end
  }

  /// What was recorded since the last call: `count` times the same phases. The duration of a task is the median.
  func takeProfile(count: Int) -> TaskProfile {
    let (length, recorded) = (phases.count / count, phases)
    precondition(
      length * count == recorded.count && length > 0, "\(recorded.count) phases are not \(count) times the same")
    let profile = TaskProfile(
      phases: (0..<length).map { index in
        let all = stride(from: index, to: recorded.count, by: length).map { recorded[$0].seconds }
        // The last batch of an epoch is smaller, and may have fewer tasks.
        let size = all.map(\.count).max() ?? 0
        let whole = all.filter { $0.count == size }
        return PhaseTasks(
          name: recorded[index].name,
          seconds: (0..<size).map { task in Timing(seconds: whole.map { $0[task] }).median })
      }, secondsBetween: secondsBetween / Double(count))
    phases = []
    secondsBetween = 0
    return profile
  }
}
