import CVector
import Dispatch
import Synchronization

/// A team of `count` worker threads that share tasks.
///
/// Threading rules of the whole package: threads start only here, in `AvailableThreads` (briefly), in
/// `BackgroundTask` and in `DecodingPipeline`. A trainer, its callbacks and their callers run on one thread; workers run only while it waits in
/// `perform`; a background job runs beside both, on its own copy of the state; decoding threads
/// write the windows that are not in use yet. libhdf5 has a lock (`HDF5Library`).
/// ThreadSanitizer checks these rules in CI.
///
/// Workers claim tasks from a counter. Which worker runs a task is nondeterministic; what a task computes and where it
/// writes depends only on its number. The worker that finishes the last task of a phase begins the next one, and sees
/// all writes of the phase. A worker waits only for claimed tasks, which are running: a single worker can finish all
/// work, so there is no deadlock when Dispatch runs its iterations one after the other, or starts some of them late.
///
/// Starting a thread takes longer than some phases. So threads start once for many phases; between phases they spin for
/// some microseconds and then sleep until woken, so that they do not occupy cores that others need.
struct WorkerTeam: Sendable {
  /// The maximum number of tasks in a phase.
  static let maximumTasks = PhaseState.maximumTasks

  let count: Int
  /// Records the tasks of a team of one; nil in training.
  private let recorder: TaskRecorder?

  /// - Throws: `TrainingError.tooFewThreads`.
  init(count: Int, recorder: TaskRecorder? = nil) throws {
    precondition(count == 1 || recorder == nil, "only the tasks of one worker are recorded")
    self.count = count
    self.recorder = recorder
    guard count > 1 else { return }
    let available = AvailableThreads.count(upTo: count)
    guard available == count else { throw TrainingError.tooFewThreads(workers: count, available: available) }
  }

  /// Runs all phases of `work`, and returns when they are done.
  func perform(_ work: some PhasedWork) {
    if let recorder { run(RecordedWork(work: work, recorder: recorder)) } else { run(work) }
  }

  private func run(_ work: some PhasedWork) {
    guard let tasks = work.beginPhase() else { return }
    let gate = PhaseBarrier(tasks: tasks)
    @Sendable func join(_ worker: Int) {
      // Denormals, as in the moments of unchanging parameters, take a hundred cycles each; all workers flush them to
      // zero.
      let mode = martlet_flush_denormals_begin()
      defer { martlet_flush_denormals_end(mode) }
      while let task = gate.claim() {
        work.run(task: task, worker: worker)
        if gate.isLast() { gate.open(tasks: work.beginPhase()) }
      }
    }
    if count == 1 { join(0) } else { DispatchQueue.concurrentPerform(iterations: count, execute: join) }
  }

  /// Runs `body(worker, task)` once for each task in 0..<tasks, without a limit on their number.
  func perform(tasks: Int, _ body: @escaping @Sendable (_ worker: Int, _ task: Int) -> Void) {
    perform(SinglePhase(count: tasks, body: body))
  }
}

/// Work of a single phase. If there are more items than a phase may have tasks, each task handles several.
private final class SinglePhase: PhasedWork {
  private let count: Int
  /// The number of items per task.
  private let share: Int
  private let body: @Sendable (Int, Int) -> Void
  private let hasBegun = Atomic(false)

  init(count: Int, body: @escaping @Sendable (Int, Int) -> Void) {
    self.count = count
    share = (count + WorkerTeam.maximumTasks - 1) / WorkerTeam.maximumTasks
    self.body = body
  }

  let phaseName = "tasks"

  func run(task: Int, worker: Int) {
    for index in task * share..<min((task + 1) * share, count) { body(worker, index) }
  }

  func beginPhase() -> Int? { hasBegun.exchange(true, ordering: .relaxed) ? nil : (count + share - 1) / share }
}

/// The packed state of the work queue: phase number, task count, next task.
///
/// A single word, so that a late worker never takes a task number of one phase for a task of another.
private struct PhaseState {
  static let bits = 21
  /// Each worker may overshoot the counter by one per phase; half the range is reserved for that.
  static let maximumTasks = 1 << 20
  private static let mask: UInt64 = 1 << bits - 1

  let word: UInt64

  init(word: UInt64) { self.word = word }

  init(phase: UInt64, tasks: Int) { word = phase << UInt64(2 * Self.bits) | UInt64(tasks) << UInt64(Self.bits) }

  var phase: UInt64 { word >> UInt64(2 * Self.bits) }
  /// 0 after the last phase.
  var tasks: Int { Int(word >> UInt64(Self.bits) & Self.mask) }
  var number: Int { Int(word & Self.mask) }
}

/// A barrier between phases: workers claim tasks and wait for the next phase.
private final class PhaseBarrier: Sendable {
  /// Polls of the gate before a worker sleeps: some tens of microseconds.
  private static let looks = 1000

  private let ticket: Atomic<UInt64>
  private let finished = Atomic(0)
  private let sleepers = Atomic(0)
  private let alarm = DispatchSemaphore(value: 0)

  init(tasks: Int) {
    precondition((1...PhaseState.maximumTasks).contains(tasks), "a phase cannot have \(tasks) tasks")
    ticket = Atomic(PhaseState(phase: 0, tasks: tasks).word)
  }

  /// The next task of the current phase; waits for the next phase if none is left; nil if there is no next phase.
  func claim() -> Int? {
    while true {
      let drawn = PhaseState(word: ticket.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue)
      if drawn.number < drawn.tasks { return drawn.number }
      if drawn.tasks == 0 { return nil }
      waitForPhase(after: drawn.phase)
    }
  }

  /// Whether the task that the caller finished was the last of the phase.
  func isLast() -> Bool {
    // No task of the next phase is claimed before it is opened.
    let tasks = PhaseState(word: ticket.load(ordering: .relaxed)).tasks
    return finished.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == tasks
  }

  /// Begins the next phase, or ends the work.
  func open(tasks: Int?) {
    precondition(tasks.map { (1...PhaseState.maximumTasks).contains($0) } ?? true, "a phase needs tasks")
    let phase = PhaseState(word: ticket.load(ordering: .relaxed)).phase
    finished.store(0, ordering: .relaxed)
    ticket.store(PhaseState(phase: phase + 1, tasks: tasks ?? 0).word, ordering: .sequentiallyConsistent)
    for _ in 0..<sleepers.exchange(0, ordering: .sequentiallyConsistent) { alarm.signal() }
  }

  private func isPresent(_ phase: UInt64) -> Bool {
    PhaseState(word: ticket.load(ordering: .sequentiallyConsistent)).phase == phase
  }

  private func waitForPhase(after phase: UInt64) {
    for _ in 0..<Self.looks {
      guard isPresent(phase) else { return }
      martlet_pause()
    }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    // If the phase was opened meanwhile, either remove the waiter from the list, or a wake-up is on its way.
    if isPresent(phase) || !cancelSleep() { alarm.wait() }
  }

  private func cancelSleep() -> Bool {
    var count = sleepers.load(ordering: .sequentiallyConsistent)
    while count > 0 {
      let (exchanged, original) = sleepers.compareExchange(
        expected: count, desired: count - 1, ordering: .sequentiallyConsistent)
      if exchanged { return true }
      count = original
    }
    return false
  }
}
