import DurableFiles
import Foundation
import Martlet

/// Writes the loss of every batch to a CSV file: step, epoch, loss. The digits read back to the same bits.
final class StepLog: Callback {
  private static let header = "step,epoch,loss\n"
  private let path: String
  private let file: AppendedFile
  /// Whether lines are missing, because the file could not be written.
  private var isIncomplete = false

  /// - Parameter step: the steps that are done: a run that goes on keeps their lines, and replaces later ones.
  /// - Throws: `OutputError` or `FileError` if the file cannot be written.
  init(path: String, afterStep step: Int) throws {
    let kept = step > 0 ? Self.lines(of: path, upTo: step) : []
    try WholeFile.write(Array((Self.header + kept.map { "\($0)\n" }.joined()).utf8), to: path)
    self.path = path
    file = try AppendedFile(path)
  }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {
    // The epoch of the steps that just ended, from 1 as the progress lines have it.
    let (first, epoch) = (trainer.state.step - losses.count + 1, trainer.state.epoch + 1)
    let lines = losses.enumerated().map { "\(first + $0),\(epoch),\($1)\n" }.joined()
    // Out of our hands before the next checkpoint is written: a run that goes on from there finds every line before it.
    do {
      try file.append(lines)
    } catch {
      // A log is no reason to lose a run, but a log with holes is no log: the command fails when the run is over.
      if !isIncomplete { trainer.warning("\(error) The training goes on.") }
      isIncomplete = true
    }
  }

  /// - Throws: `OutputError` if lines are missing.
  func checkComplete() throws {
    if isIncomplete { throw OutputError(path: path, reason: "lines are missing") }
  }

  private static func lines(of path: String, upTo step: Int) -> [Substring] {
    guard let text = (try? WholeFile.read(path)).map({ String(decoding: $0, as: UTF8.self) }) else { return [] }
    // A line without an end was cut while it was written.
    let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
    return whole.split(separator: "\n").filter { line in
      line.split(separator: ",").first.flatMap { Int($0) }.map { $0 <= step } ?? false
    }
  }
}

/// A file that cannot be written.
struct OutputError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "\(path): cannot be written: \(reason)." }
}
