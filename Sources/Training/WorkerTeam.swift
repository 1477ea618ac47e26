import CVector
import Dispatch
import Synchronization

/// The threads that compute: `count` workers that share out tasks among themselves.
///
/// Threading rules: this is the only place where threads start. Workers claim task numbers from a counter; who computes
/// a task is chance, what a task computes and where it writes depends on its number alone. `perform` returns when every
/// task is done, and what tasks wrote is visible then. A single worker can finish all tasks alone, so nothing hangs when
/// Dispatch runs its iterations one after the other.
struct WorkerTeam: Sendable {
  let count: Int

  /// Runs `body(worker, task)` once for each task in 0..<tasks. Two tasks never run on the same worker at a time.
  func perform(tasks: Int, _ body: @Sendable (_ worker: Int, _ task: Int) -> Void) {
    let claimed = Atomic<Int>(0)
    @Sendable func work(_ worker: Int) {
      // Denormal numbers, as in the moments of parameters at rest, take a hundred cycles each; all workers drop them.
      let mode = martlet_flush_denormals_begin()
      defer { martlet_flush_denormals_end(mode) }
      while true {
        let task = claimed.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < tasks else { return }
        body(worker, task)
      }
    }
    let workers = min(count, tasks)
    if workers <= 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
  }
}
