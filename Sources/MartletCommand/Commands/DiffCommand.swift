import ArgumentParser
import Martlet

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two checkpoints: whether both resume as the same run at the same place.",
    discussion: """
      Compares, bit by bit: weights, the optimizer's state, the position in the run, the history, the state of callbacks, \
      the seed, the data, and what a resumed run must have in common in its configuration. Seconds, names, directories \
      and the number of epochs are not compared. Exit code 0 if nothing differs, else 1, with a line for each difference.
      """)

  @Argument(help: "A checkpoint (*.weights.h5), or the directory of a run: its newest good one.")
  var first: String

  @Argument(help: "Another one.")
  var second: String

  func run() throws {
    let (left, right) = try (SavedRun(path: RunPath.newest(first)), SavedRun(path: RunPath.newest(second)))
    let differences = left.differences(from: right)
    guard differences.isEmpty else {
      Console.output.write(differences.map { "\($0)\n" }.joined())
      throw ExitStatus.failed
    }
    let state = left.checkpoint.snapshot.state
    Console.output.write(
      "the same: \(NumberFormat.grouped(left.checkpoint.parameterCount)) weights and their optimizer after step "
        + "\(state.step), the history of \(state.history.count) epochs, and all else but the seconds\n")
  }
}
