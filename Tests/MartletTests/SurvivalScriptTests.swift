import Foundation
import TestSupport
import Testing

private enum SystemPython {
  /// The interpreter itself, not a wrapper script.
  static let interpreter: String? = {
    let found = try? Shell.run("/usr/bin/env", ["python3", "-c", "import sys; print(sys.executable, end='')"])
    return found.flatMap { $0.status == 0 ? $0.output : nil }
  }()
}

/// The messages of the scripts in Tests/Survival about missing requirements. Their results are not tested here.
@Suite(
  "A survival script",
  .enabled(if: SystemPython.interpreter != nil || Python.isRequired, "there is no python3 in PATH"))
struct SurvivalScriptTests {
  /// A script, the available programs, and the requirement in its message.
  static let missing: [(script: String, hasH5py: Bool, hasCommand: Bool, message: String)] =
    ["kill_runs", "failing_writes", "power_cut", "long_run", "slurm"].flatMap { script in
      [
        (script, false, true, "needs h5py, which "),
        (script, true, false, "needs the command, and /nowhere/martlet is none"),
      ]
    } + [
      ("kill_runs", true, true, "needs swiftc, not found in PATH"),
      ("failing_writes", true, true, "needs swiftc, not found in PATH"),
      ("power_cut", true, true, "needs strace, not found in PATH"), ("slurm", true, true, "needs "),
    ]

  @Test("reports what it needs, in one line", arguments: missing.indices)
  func needs(index: Int) throws {
    let (script, hasH5py, hasCommand, message) = Self.missing[index]
    let directory = try TemporaryDirectory()
    if hasH5py { _ = try directory.write("", to: "h5py.py") }
    // Without the packages of this machine, and without its programs.
    let environment = [
      "PYTHONPATH": directory.path, "PYTHONDONTWRITEBYTECODE": "1", "PATH": directory.path,
      "MARTLET": hasCommand ? Shell.martlet : "/nowhere/martlet",
    ]
    let finished = try Shell.run(
      try #require(SystemPython.interpreter), ["-S", "\(Shell.root)/Tests/Survival/\(script).py"],
      environment: environment)
    #expect(finished.status == 1)
    #expect(finished.error.hasPrefix(message), "\(finished.error)")
    #expect(finished.error.count { $0 == "\n" } == 1 && finished.output.isEmpty)
  }
}
