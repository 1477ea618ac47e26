import Configuration

/// The lines about one run in an event log, one JSON object each.
package struct RunLogLines: Sendable, Equatable {
  /// The lines of one process: from its start to its end, if it lived to write that.
  struct Session: Sendable, Equatable {
    /// The fields of the line `start`.
    let start: ConfigurationNode
    /// The fields of the line `end`; nil if the process was killed, or is running.
    var end: ConfigurationNode?
    /// The time of the last line.
    var lastTime: String
    /// The number of checkpoints written.
    var checkpoints = 0
    /// The last step that a line names.
    var lastStep: Int?
    /// Warnings and errors.
    var faults: [String] = []
  }

  private(set) var sessions: [Session] = []

  /// Reads the lines of the run in `directory`. Other lines are ignored, and so are incomplete ones, which a run that was
  /// killed or is under way may leave.
  package init(_ bytes: [UInt8], directory: String) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let node = try? JSONDocument.parse(line), node["directory"]?.text == directory,
        let time = node["time"]?.text, let event = node["event"]?.text
      else { continue }
      if event == "start" {
        sessions.append(Session(start: node, lastTime: time))
      } else if !sessions.isEmpty {
        sessions[sessions.count - 1].add(event, node, time: time)
      }
    }
  }

  package var isEmpty: Bool { sessions.isEmpty }
}

extension RunLogLines.Session {
  fileprivate mutating func add(_ event: String, _ node: ConfigurationNode, time: String) {
    lastTime = time
    if let step = node["step"]?.integer { lastStep = step }
    switch event {
    case "checkpoint": checkpoints += 1
    case "checkpoint_failed":
      faults.append("The checkpoint of step \(node["step"]?.integer ?? 0) failed: \(node["reason"]?.text ?? "")")
    case "fault": faults.append(node["message"]?.text ?? "")
    case "end": end = node
    default: break
    }
  }
}

extension ConfigurationNode {
  var text: String? {
    guard case .string(let text) = value else { return nil }
    return text
  }

  var integer: Int? {
    guard case .integer(let number) = value else { return nil }
    return number
  }

  var isTrue: Bool { value.isTrue }
}

extension ConfigurationNode.Value {
  fileprivate var isTrue: Bool {
    guard case .bool(let value) = self else { return false }
    return value
  }
}
