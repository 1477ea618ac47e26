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
}
