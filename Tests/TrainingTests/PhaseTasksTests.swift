import Testing

@testable import Training

@Suite("The schedule of recorded tasks")
struct PhaseTasksTests {
  private let phase = PhaseTasks(name: "passes", seconds: [3, 3, 2, 2, 2])

  @Test("gives each task to the first free worker", arguments: [(1, 12), (2, 7), (3, 5), (4, 4), (5, 3), (64, 3)])
  func makespan(workers: Int, seconds: Double) { #expect(phase.makespan(workers: workers) == seconds) }

  @Test("counts what workers wait for the last one", arguments: [(1, 0), (2, 1), (3, 1), (4, 1), (6, 1), (12, 2)])
  func idle(workers: Int, seconds: Double) { #expect(phase.secondsIdle(workers: workers) == seconds) }

  @Test("adds phases, their changes, and what one worker does alone")
  func profile() {
    let profile = TaskProfile(
      phases: [phase, PhaseTasks(name: "updates", seconds: [4]), PhaseTasks(name: "passes", seconds: [1, 1])],
      secondsBetween: 0.25)
    #expect(profile.seconds(workers: 1, change: 0) == 18.25)
    #expect(profile.seconds(workers: 2, change: 0.5) == 0.25 + 7 + 4 + 1 + 1.5)
    // With two workers both kinds of phases wait: the passes 1 s, the updates 2 s.
    #expect(profile.limit(workers: 2).map { "\($0)" } == #"(name: "updates", seconds: 2.0)"#)
    #expect(profile.limit(workers: 1)?.seconds == 0)
    #expect(TaskProfile(phases: [], secondsBetween: 1).limit(workers: 2) == nil)
  }
}
