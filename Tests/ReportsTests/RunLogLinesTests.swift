import Testing

@testable import Reports

@Suite("The event log in a report")
struct RunLogLinesTests {
  @Test("has the processes that trained a run, interrupted ones too, and its faults")
  func sessions() throws {
    let text = """
      {"time": "t1", "level": "info", "event": "start", "directory": "run", "host": "a", "step": 0, "cores": 2}
      {"time": "t2", "level": "info", "event": "epoch", "directory": "run", "epoch": 1, "step": 6}
      {"time": "t3", "level": "info", "event": "checkpoint", "directory": "run", "step": 6}
      {"time": "t3", "level": "info", "event": "end", "directory": "other", "step": 600}
      {"time": "t4", "level": "warning", "event": "fault", "directory": "run", "message": "<full>"}
      {"time": "t5", "level": "info", "event": "sta
      {"time": "t6", "level": "info", "event": "start", "directory": "run", "host": "b", "step": 6}
      not JSON
      {"time": "t7", "level": "error", "event": "checkpoint_failed", "directory": "run", "step": 9, "reason": "no space"}
      {"time": "t8", "level": "info", "event": "end", "directory": "run", "step": 12, "finished": true}
      {"time": "t9", "event
      """
    let log = RunLogLines(Array(text.utf8), directory: "run")
    try #require(log.sessions.count == 2)
    #expect(log.sessions.map { $0.start["host"]?.text } == ["a", "b"])
    #expect(log.sessions[0].end == nil && log.sessions[0].lastTime == "t4" && log.sessions[0].lastStep == 6)
    #expect(log.sessions[1].end?["finished"]?.isTrue == true && log.sessions[1].lastStep == 12)
    #expect(log.sessions.flatMap(\.faults) == ["<full>", "The checkpoint of step 9 failed: no space"])
    #expect(RunLogLines(Array(text.utf8), directory: "elsewhere").isEmpty)
    #expect(RunLogLines([], directory: "run").isEmpty)
  }
}
