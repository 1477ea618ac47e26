import CVector
import Dispatch
import Synchronization

/// Work in phases: all tasks of one phase are done before the next one begins.
protocol PhasedWork: Sendable {
  /// Does a task of the present phase. Two tasks never run on the same worker at a time.
  func run(task: Int, worker: Int)
  /// Begins the next phase, while no task runs.
  ///
  /// - Returns: the tasks of the phase, 1 or more; nil if there is nothing left to do.
  func beginPhase() -> Int?
}

/// The threads that compute: `count` workers that share out tasks among themselves.
///
/// Threading rules, of the whole package: threads start here (and in `AvailableThreads`, for
/// a moment) and in `BackgroundTask`, and nowhere else. A trainer, its
/// callbacks and whoever calls them are on one thread; workers run only while it waits for them in `perform`, a background
/// task runs beside both, on a copy of its own. libhdf5 has a lock (`HDF5Library`). ThreadSanitizer checks it all in CI.
///
/// Workers claim task numbers from a counter; who computes a task is chance, what a task computes and where it writes
/// depends on its number alone. Whoever finishes the last task of a phase begins the next one, and sees what all tasks
/// wrote. A worker waits only for tasks that others have claimed, which means that they run: a single worker can finish
/// everything alone, so nothing hangs when Dispatch runs its iterations one after the other, or starts some of them late.
///
/// Starting a thread takes longer than some phases do. So threads start once for many phases; between phases they watch
/// for the next one for some microseconds, and then sleep until they are woken: a core that others need is not burnt.
struct WorkerTeam: Sendable {
  /// The tasks that a phase may have.
  static let maximumTasks = PhaseTicket.maximumTasks

  let count: Int

  /// - Throws: `TrainingError.tooFewThreads`.
  init(count: Int) throws {
    self.count = count
    guard count > 1 else { return }
    let available = AvailableThreads.count(upTo: count)
    guard available == count else { throw TrainingError.tooFewThreads(workers: count, available: available) }
  }

  /// Does all phases of `work`, and returns when they are done.
  func perform(_ work: some PhasedWork) {
    guard let tasks = work.beginPhase() else { return }
    let gate = PhaseGate(tasks: tasks)
    @Sendable func join(_ worker: Int) {
      // Denormal numbers, as in the moments of parameters at rest, take a hundred cycles each; all workers drop them.
      let mode = martlet_flush_denormals_begin()
      defer { martlet_flush_denormals_end(mode) }
      while let task = gate.claim() {
        work.run(task: task, worker: worker)
        if gate.isLast() { gate.open(tasks: work.beginPhase()) }
      }
    }
    if count == 1 { join(0) } else { DispatchQueue.concurrentPerform(iterations: count, execute: join) }
  }

  /// Runs `body(worker, task)` once for each task in 0..<tasks, however many there are.
  func perform(tasks: Int, _ body: @escaping @Sendable (_ worker: Int, _ task: Int) -> Void) {
    perform(SinglePhase(count: tasks, body: body))
  }
}

/// Work that has one phase. Where there is more to do than a phase may have tasks, each does some of it.
private final class SinglePhase: PhasedWork {
  private let count: Int
  /// What one task does of it.
  private let share: Int
  private let body: @Sendable (Int, Int) -> Void
  private let hasBegun = Atomic(false)

  init(count: Int, body: @escaping @Sendable (Int, Int) -> Void) {
    self.count = count
    share = (count + WorkerTeam.maximumTasks - 1) / WorkerTeam.maximumTasks
    self.body = body
  }

  func run(task: Int, worker: Int) {
    for index in task * share..<min((task + 1) * share, count) { body(worker, index) }
  }

  func beginPhase() -> Int? { hasBegun.exchange(true, ordering: .relaxed) ? nil : (count + share - 1) / share }
}

/// What a worker draws: which phase it is in, how many tasks that has, and how many were drawn before.
///
/// All in one word, so that a worker that comes late never takes the number of one phase for a task of another.
private struct PhaseTicket {
  static let bits = 21
  /// Workers draw once more when no task is left: the other half of the numbers is for that.
  static let maximumTasks = 1 << 20
  private static let mask: UInt64 = 1 << bits - 1

  let word: UInt64

  init(word: UInt64) { self.word = word }

  init(phase: UInt64, tasks: Int) { word = phase << UInt64(2 * Self.bits) | UInt64(tasks) << UInt64(Self.bits) }

  var phase: UInt64 { word >> UInt64(2 * Self.bits) }
  /// 0 behind the last phase.
  var tasks: Int { Int(word >> UInt64(Self.bits) & Self.mask) }
  var number: Int { Int(word & Self.mask) }
}

/// Where workers draw their tasks, and wait for the next phase.
private final class PhaseGate: Sendable {
  /// Looks at the gate before a worker goes to sleep: some tens of microseconds.
  private static let looks = 1000

  private let ticket: Atomic<UInt64>
  private let finished = Atomic(0)
  private let sleepers = Atomic(0)
  private let alarm = DispatchSemaphore(value: 0)

  init(tasks: Int) {
    precondition((1...PhaseTicket.maximumTasks).contains(tasks), "a phase cannot have \(tasks) tasks")
    ticket = Atomic(PhaseTicket(phase: 0, tasks: tasks).word)
  }

  /// The next task of the present phase; waits for the next phase if none is left; nil if there is none.
  func claim() -> Int? {
    while true {
      let drawn = PhaseTicket(word: ticket.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue)
      if drawn.number < drawn.tasks { return drawn.number }
      if drawn.tasks == 0 { return nil }
      waitForPhase(after: drawn.phase)
    }
  }

  /// Whether the task that the caller has finished was the last one of the phase.
  func isLast() -> Bool {
    // Nobody draws a task of the next phase before it is opened.
    let tasks = PhaseTicket(word: ticket.load(ordering: .relaxed)).tasks
    return finished.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == tasks
  }

  /// Begins the next phase, or ends the work.
  func open(tasks: Int?) {
    precondition(tasks.map { (1...PhaseTicket.maximumTasks).contains($0) } ?? true, "a phase needs tasks")
    let phase = PhaseTicket(word: ticket.load(ordering: .relaxed)).phase
    finished.store(0, ordering: .relaxed)
    ticket.store(PhaseTicket(phase: phase + 1, tasks: tasks ?? 0).word, ordering: .sequentiallyConsistent)
    for _ in 0..<sleepers.exchange(0, ordering: .sequentiallyConsistent) { alarm.signal() }
  }

  private func isPresent(_ phase: UInt64) -> Bool {
    PhaseTicket(word: ticket.load(ordering: .sequentiallyConsistent)).phase == phase
  }

  private func waitForPhase(after phase: UInt64) {
    for _ in 0..<Self.looks {
      guard isPresent(phase) else { return }
      martlet_pause()
    }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    // Opened in the meantime? Then either take the name off the list, or an alarm is on its way.
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
