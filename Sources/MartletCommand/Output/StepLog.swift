import DurableFiles
import Foundation
import Martlet

/// A callback that writes the loss of every batch to a CSV file: step, epoch, loss. The digits round-trip to the same
/// bits.
///
/// The file belongs to one run: it is locked while that run writes, and lines of another run are refused, never mixed
/// or replaced. The losses identify the run, because the same run computes the same ones. If they are inconclusive, the
/// lines are kept under another name.
final class StepLog: Callback {
  static let header = "step,epoch,loss"
  /// The maximum number of bytes kept for a pipe whose reader has stopped: the lines of some hundred thousand steps.
  private static let keptLimit = 16 << 20

  private let path: String
  private var file: AppendOnlyFile
  /// Lines that a new run found in its file: they must be its own, of an attempt that left no checkpoint, unless it
  /// overwrites them. Nil once that is checked.
  private var found: StepLines?
  /// Whether lines are missing: a write failed, or they were lost before the run was resumed.
  private var isIncomplete = false

  /// Opens the log of a new or resumed run. A resumed run keeps the lines of the steps that are done, and replaces
  /// later ones; a missing file is created, starting with the next step.
  ///
  /// - Throws: `FileError` if the file cannot be read or written, also if another run is writing to it; `ForeignLog` if
  ///   it is not a step log, or has the lines of another run.
  init(path: String, of run: TrainingRun) throws {
    self.path = path
    let trainer = run.trainer
    let step = trainer.state.step
    let isFile = AtomicFile.exists(path) && !AtomicFile.isStream(path)
    file = try AppendOnlyFile(path, keptLimit: Self.keptLimit, isExclusive: true)
    let lines = isFile ? try Self.read(path, upTo: step) : nil
    let isResumed = step > trainer.state.importedSteps
    if let lines, !isResumed, !lines.isEmpty {
      // Nothing is written before the first steps, which also show whether these lines are of this run.
      found = lines
      return
    }
    var kept = isResumed ? lines : nil
    if let lines = kept, !lines.isEmpty, try !lines.areOf(run, path: path) {
      let aside = try AtomicFile.setAside(path)
      trainer.warning(
        "\(path): no epoch in it shows whether its steps are of this run. It was renamed to \(aside); the log starts "
          + "at step \(step + 1).")
      kept = nil
    }
    try begin(with: kept?.text ?? "")
    if let kept, !kept.areWhole {
      trainer.warning("\(path): lines of steps before step \(step + 1) are missing. Training continues.")
      isIncomplete = true
    }
  }

  /// Checks whether a run could write its log to a file, without writing anything.
  ///
  /// - Throws: as `init`, as far as it can be known before the first step.
  static func check(_ path: String, of run: TrainingRun) throws {
    try AtomicFile.checkWritable(path)
    guard AtomicFile.exists(path), !AtomicFile.isStream(path) else { return }
    let state = run.trainer.state
    let lines = try read(path, upTo: state.step)
    if state.step > state.importedSteps { _ = try lines.areOf(run, path: path) }
  }

  private static func read(_ path: String, upTo step: Int) throws -> StepLines {
    try StepLines(of: AtomicFile.read(path), heading: header, path: path, upTo: step)
  }

  /// Replaces the contents of the file.
  private func begin(with lines: String) throws {
    let text = "\(Self.header)\n\(lines)"
    guard !AtomicFile.isStream(path) else { return try file.append(text) }
    try AtomicFile.write(Array(text.utf8), to: path)
    file = try AppendOnlyFile(path, isExclusive: true)
  }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {
    // The epoch of the steps that just ended, from 1 as in the progress lines.
    let (first, epoch) = (trainer.state.step - losses.count + 1, trainer.state.epoch + 1)
    let lines = losses.enumerated().map { "\(first + $0),\(epoch),\($1.digits)" }
    if let found {
      if trainer.replacesLogs { try trainer.setAside?.add(path) } else { try found.check(lines, path: path) }
      self.found = nil
      try begin(with: "")
    }
    // Flushed to the system before the next checkpoint is written: a run that was killed and is resumed from it finds
    // every line before it. A power cut may still lose some, which `StepLines` detects.
    do {
      try file.append(lines.map { "\($0)\n" }.joined())
    } catch {
      // A log fault does not stop the run, but the command fails at its end if the log is incomplete.
      lose("\(error) Training continues.", trainer)
    }
  }

  /// Waits for a pipe to accept the last lines, for a limited time.
  func finish(_ trainer: Trainer) {
    do { try file.finish() } catch { lose("\(error) Its last lines are lost.", trainer) }
  }

  private func lose(_ reason: String, _ trainer: Trainer) {
    if !isIncomplete { trainer.warning(reason) }
    isIncomplete = true
  }

  /// - Throws: `StepLogError` if lines are missing.
  func checkComplete() throws {
    if isIncomplete { throw StepLogError(path: path) }
  }
}
