import DurableFiles
import Foundation
import Martlet

/// Writes the loss of every batch to a CSV file: step, epoch, loss. The digits read back to the same bits.
final class StepLog: Callback {
  private static let header = "step,epoch,loss\n"
  private let path: String
  private let file: UnsafeMutablePointer<FILE>

  /// - Parameter step: the steps that are done: a run that goes on keeps their lines, and replaces later ones.
  /// - Throws: `OutputError` or `FileError` if the file cannot be written.
  init(path: String, afterStep step: Int) throws {
    let kept = step > 0 ? Self.lines(of: path, upTo: step) : []
    try WholeFile.write(Array((Self.header + kept.map { "\($0)\n" }.joined()).utf8), to: path)
    guard let file = fopen(path, "a") else { throw OutputError(path: path) }
    self.path = path
    self.file = file
  }

  deinit { fclose(file) }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {
    // The epoch of the steps that just ended, from 1 as the progress lines have it.
    let (first, epoch) = (trainer.state.step - losses.count + 1, trainer.state.epoch + 1)
    let lines = losses.enumerated().map { "\(first + $0),\(epoch),\($1)\n" }.joined()
    // Out of our hands before the next checkpoint is written: a run that goes on from there finds every line before it.
    guard fputs(lines, file) >= 0, fflush(file) == 0 else { throw OutputError(path: path) }
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

  init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// Takes the reason from `errno`.
  init(path: String) { self.init(path: path, reason: String(cString: strerror(errno))) }

  var description: String { "\(path): cannot be written: \(reason)." }
}
