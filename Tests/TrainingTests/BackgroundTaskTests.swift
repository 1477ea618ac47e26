import Testing

@testable import Training

@Suite("Background jobs")
struct BackgroundTaskTests {
  @Test("run one after the other, with outcomes in order")
  func outcomes() {
    let task = BackgroundTask<Int>()
    #expect(task.finish() == nil)
    for piece in 0..<20 {
      task.start { piece * piece }
      #expect(task.finish() == piece * piece)
      #expect(!task.isBusy)
      #expect(task.finish() == nil)
    }
  }

  @Test("are finished before their owner is deallocated")
  func ownerGone() {
    let rows = SampleSums(capacity: 1, width: 1)
    do {
      let task = BackgroundTask<Void>()
      task.start { for _ in 0..<1000 { rows.rows(from: 0, width: 1)[0] += 1 } }
    }
    #expect(rows.rows(from: 0, width: 1)[0] == 1000)
  }

  @Test("read a copy of the state while training continues")
  func copyOfTraining() throws {
    let trainer = try SmallRun.trainer(epochs: 4)
    let copy = StateCopy(of: trainer)
    let task = BackgroundTask<Snapshot>()
    for epoch in 1...3 {
      try trainer.fit(SmallRun.data.train, epochs: epoch)
      copy.update(from: trainer)
      let expected = trainer.snapshot()
      task.start { copy.snapshot() }
      try trainer.fit(SmallRun.data.train, maxSteps: trainer.state.step + 2)
      #expect(task.finish() == expected)
    }
  }
}
