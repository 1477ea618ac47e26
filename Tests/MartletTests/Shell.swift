import Foundation
import TestSupport
import Testing

/// The result of a finished process.
struct Finished {
  let status: Int32
  let output: String
  let error: String

  /// The lines of `error` that are not notes.
  var fault: String {
    error.split(separator: "\n").filter { !$0.hasPrefix("martlet: note:") }.map { "\($0)\n" }.joined()
  }
}

/// Runs programs like a user's shell.
enum Shell {
  /// The built command: that of the release, which users have, if there is one. The optimizer may show faults of its own.
  static let martlet = "\(BuildDirectory.release ?? BuildDirectory.path)/martlet"

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// What programs find in their environment: that of the tests, without what makes the command another one.
  static let environment = ProcessInfo.processInfo.environment.filter {
    $0.key == "MARTLET_DATA" || !($0.key.hasPrefix("MARTLET_") || $0.key.hasPrefix("SLURM_"))
  }

  static func martlet(_ arguments: [String], environment: [String: String] = [:], in directory: String? = nil) throws
    -> Finished
  {
    try run(martlet, arguments, environment: environment, in: directory)
  }

  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], in directory: String? = nil
  ) throws -> Finished {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = Self.environment.merging(environment) { $1 }
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    // Files, not pipes: a pipe that is not read while the other one is fills up.
    let outputs = try TemporaryDirectory()
    let paths = ["out", "err"].map { "\(outputs.path)/\($0)" }
    for path in paths { try Data().write(to: URL(filePath: path)) }
    process.standardOutput = FileHandle(forWritingAtPath: paths[0])
    process.standardError = FileHandle(forWritingAtPath: paths[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Finished(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOfFile: paths[0], encoding: .utf8),
      error: try String(contentsOfFile: paths[1], encoding: .utf8))
  }
}
