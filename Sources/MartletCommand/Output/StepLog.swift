import Foundation
import Martlet

/// Writes the loss of every batch to a CSV file: step, epoch, loss. The digits read back to the same bits.
final class StepLog: Callback {
  private static let header = "step,epoch,loss\n"
  private let path: String
  private let file: UnsafeMutablePointer<FILE>

  /// - Parameter step: the steps that are done: a run that goes on keeps their lines, and replaces later ones.
  /// - Throws: `OutputError` if the file cannot be written.
  init(path: String, afterStep step: Int) throws {
    let kept = step > 0 ? Self.lines(of: path, upTo: step) : []
    guard let file = fopen(path, "w") else { throw OutputError(path: path) }
    self.path = path
    self.file = file
    try put(Self.header + kept.map { "\($0)\n" }.joined())
    try flush()
  }

  deinit { fclose(file) }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {
    // The epoch of the steps that just ended, from 1 as the progress lines have it.
    let (first, epoch) = (trainer.state.step - losses.count + 1, trainer.state.epoch + 1)
    try put(losses.enumerated().map { "\(first + $0),\(epoch),\($1)\n" }.joined())
  }

  func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws { try flush() }

  func trainingDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws { try flush() }

  private func put(_ text: String) throws {
    guard fputs(text, file) >= 0 else { throw OutputError(path: path) }
  }

  private func flush() throws {
    guard fflush(file) == 0 else { throw OutputError(path: path) }
  }

  private static func lines(of path: String, upTo step: Int) -> [Substring] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").filter { line in
      line.split(separator: ",").first.flatMap { Int($0) }.map { $0 <= step } ?? false
    }
  }
}

/// A file that cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  /// Takes the reason from `errno`.
  init(path: String) {
    self.path = path
    reason = String(cString: strerror(errno))
  }

  var description: String { "\(path): cannot be written: \(reason)." }
}
