import ArgumentParser
import Martlet

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two checkpoints: whether both resume the same run from the same state.",
    discussion: """
      Compares bit by bit: weights, optimizer state, position in the run, history, callback state, seed, data \
      fingerprints, and the configuration keys that a resumed run must share. Seconds, names, directories \
      and the number of epochs are not compared. Exit code 0 if nothing differs, else 1, with one line per difference.
      """)

  @Argument(
    help: "A checkpoint (*.weights.h5), or a run's directory (its newest good checkpoint).",
    completion: .file())
  var first: String

  @Argument(help: "The checkpoint to compare it with, likewise.", completion: .file())
  var second: String

  func run() throws {
    let (left, right) = try (Checkpoint(path: RunPath.newest(first)), Checkpoint(path: RunPath.newest(second)))
    let differences = left.differences(from: right)
    guard differences.isEmpty else {
      Console.output.write(differences.map { "\($0)\n" }.joined())
      throw ExitStatus.failed
    }
    let state = left.snapshot.state
    Console.output.write(
      "the same: \(NumberFormat.grouped(left.parameterCount)) weights and their optimizer after step "
        + "\(state.step), the history of \(state.history.count) epochs, and all else but the seconds\n")
  }
}
