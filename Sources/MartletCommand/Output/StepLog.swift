import DurableFiles
import Foundation
import Martlet

/// Writes the loss of every batch to a CSV file: step, epoch, loss. The digits read back to the same bits.
final class StepLog: Callback {
  private static let header = "step,epoch,loss\n"
  private let path: String
  private let file: AppendedFile
  /// Whether lines are missing: the file could not be written, or lost them before the run went on.
  private var isIncomplete = false

  /// Opens the log of a run that begins, or goes on: that keeps the lines of the steps that are done, and replaces later
  /// ones. A file that is not there begins with the next step.
  ///
  /// - Throws: `FileError` if the file cannot be read or written.
  init(path: String, after trainer: Trainer) throws {
    self.path = path
    let step = trainer.state.step
    let goesOn = step > trainer.state.stepsBefore && WholeFile.exists(path) && !WholeFile.isStream(path)
    let kept = goesOn ? try StepLines(of: String(decoding: WholeFile.read(path), as: UTF8.self), upTo: step) : nil
    try WholeFile.write(Array((Self.header + (kept?.text ?? "")).utf8), to: path)
    file = try AppendedFile(path)
    if let kept, !kept.areWhole {
      trainer.warning("\(path): lines of steps before step \(step + 1) are missing. The training goes on.")
      isIncomplete = true
    }
  }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {
    // The epoch of the steps that just ended, from 1 as the progress lines have it.
    let (first, epoch) = (trainer.state.step - losses.count + 1, trainer.state.epoch + 1)
    let lines = losses.enumerated().map { "\(first + $0),\(epoch),\($1)\n" }.joined()
    // Out of our hands before the next checkpoint is written: a run that was killed and goes on from there finds every
    // line before it. A power cut may still take some, and `StepLines` tells.
    do {
      try file.append(lines)
    } catch {
      // A log is no reason to lose a run, but a log with holes is no log: the command fails when the run is over.
      if !isIncomplete { trainer.warning("\(error) The training goes on.") }
      isIncomplete = true
    }
  }

  /// - Throws: `StepLogError` if lines are missing.
  func checkComplete() throws {
    if isIncomplete { throw StepLogError(path: path) }
  }
}

/// The lines of a step log up to a step.
struct StepLines {
  private var lines: [Substring] = []
  /// Whether there is a line for each step from that of the first line on.
  private(set) var areWhole = false

  /// - Parameter text: the file, heading and all.
  init(of text: String, upTo step: Int) {
    // A line without an end was cut while it was written.
    let whole = text.lastIndex(of: "\n").map { text[..<$0] } ?? ""
    let rows = whole.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    let numbers = rows.map { row in row.split(separator: ",").first.flatMap { Int($0) } }
    let kept = zip(rows, numbers).filter { $1.map { $0 <= step } ?? false }
    lines = kept.map(\.0)
    if let first = numbers.first ?? nil, first <= step {
      areWhole = Array(numbers.prefix(step - first + 1)) == Array(first...step)
    }
  }

  var text: String { lines.map { "\($0)\n" }.joined() }
}

/// A log that has not all lines, of a run that is well.
struct StepLogError: Error, Equatable, CustomStringConvertible {
  let path: String

  var description: String { "\(path): lines are missing. The run and its checkpoints are whole." }
}
