/// Work whose tasks are recorded.
struct RecordedWork<Work: PhasedWork>: PhasedWork {
  let work: Work
  let recorder: TaskRecorder

  var phaseName: String { work.phaseName }

  func run(task: Int, worker: Int) { recorder.run { work.run(task: task, worker: worker) } }

  func beginPhase() -> Int? {
    let tasks = work.beginPhase()
    recorder.begin(phase: tasks.map { _ in work.phaseName })
    return tasks
  }
}
