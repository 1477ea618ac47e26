import Foundation
import Martlet

/// The report of `train --dry-run`.
enum DryRunReport {
  /// The log files that a run writes besides its checkpoints.
  struct Logs {
    var step: String?
    var run: String?
    /// The files of `csv_log`.
    var tables: [String] = []
    /// The directories of `tensorboard`.
    var events: [String] = []
  }

  /// The part known before the first step: layers, and where the run starts.
  static func heading(_ run: TrainingRun, isOverwriting: Bool) -> String {
    RunSummary.heading(run, isResumed: false) + "Start: \(start(run, isOverwriting: isOverwriting))\n"
  }

  private static func start(_ run: TrainingRun, isOverwriting: Bool) -> String {
    let directory = run.configuration.checkpoints.directory
    guard let path = run.resumedFrom else {
      let names = isOverwriting ? (try? CheckpointStore(directory: directory).fileNames()) ?? [] : []
      let removed = names.isEmpty ? "" : "; \(names.count) checkpoints of \(directory) would be removed"
      let weights = run.initialWeights.map { " with the weights of \($0)" } ?? ""
      return "a new run, at step 0\(weights)\(removed)."
    }
    let (state, epochs) = (run.trainer.state, run.configuration.training.epochs)
    guard !run.isFinished else { return "\(path), step \(state.step): the run is finished, no steps are left." }
    return "resumes from \(path), at step \(state.step), in epoch \(state.epoch + 1) of \(epochs)."
  }

  /// The measured part: memory, time, and the files that would be written.
  static func needs(_ dry: DryRun, _ run: TrainingRun, timeLimit: TimeSpan?, logs: Logs) -> String {
    let workers = run.trainer.workerCount
    let memory =
      "Memory: at most \(size(dry.trainingBytes)) for weights, optimizer, checkpoints and \(workers) "
      + "worker\(workers == 1 ? "" : "s"), \(size(dry.dataBytes)) for the data; this dry run used "
      + "\(size(MemoryUse.peak)) in total, the program included."
    let lines = [memory, time(dry, timeLimit), "Writes:"] + files(dry, run, logs).map { "  \($0)" }
    return (lines + ["Nothing was written."]).map { "\($0)\n" }.joined()
  }

  private static func time(_ dry: DryRun, _ limit: TimeSpan?) -> String {
    guard dry.stepsLeft > 0 else { return "Time: none, no steps are left." }
    let epoch =
      "Time: \(duration(dry.epochSeconds)) per epoch (\(dry.stepsPerEpoch) steps of \(duration(dry.stepSeconds)), "
      + "validation \(duration(dry.validationSeconds)); measured on \(dry.measuredSteps) steps), "
      + "\(duration(dry.secondsLeft)) for the \(NumberFormat.grouped(dry.stepsLeft)) remaining steps."
    guard let limit, Double(limit.seconds) < dry.secondsLeft else { return epoch }
    return "\(epoch) The time limit of \(limit.defaultValueDescription) stops it earlier, with a checkpoint."
  }

  private static func files(_ dry: DryRun, _ run: TrainingRun, _ logs: Logs) -> [String] {
    let policy = run.configuration.checkpoints
    let best = policy.keepBest.map { " and the best by \($0)" } ?? ""
    let kept = Double(policy.keepLast + (policy.keepBest == nil ? 0 : 1)) * Double(dry.checkpointBytes)
    let checkpoints =
      "\(policy.directory)/step-*\(CheckpointStore.suffix): \(size(dry.checkpointBytes)) each, \(interval(policy)); the last "
      + "\(policy.keepLast)\(best) are kept: \(size(Int(min(kept, 1e18)))) at most"
    return [checkpoints] + (policy.fallbackDirectory.map { ["\($0), if that directory is not writable"] } ?? [])
      + logs.tables.map { "\($0): a line per epoch" }
      + logs.events.map { "\($0)/{train,validation}: event files for TensorBoard" }
      + (logs.step.map { ["\($0): a line per step"] } ?? [])
      + (logs.run.map { ["\($0): events, appended as JSON lines"] } ?? [])
  }

  /// `every epoch and every 10 minutes`
  private static func interval(_ policy: CheckpointPolicy) -> String {
    func every(_ count: Int, _ unit: String) -> String { count == 1 ? "every \(unit)" : "every \(count) \(unit)s" }
    let minutes = policy.everyMinutes.map { ["every \(String(format: "%g", $0)) minutes"] } ?? []
    let steps = policy.everySteps.map { [every($0, "step")] } ?? []
    return ([every(policy.everyEpochs, "epoch")] + steps + minutes).joined(separator: " and ")
  }

  /// `1.8 MB`
  static func size(_ bytes: Int) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")]
    guard let (factor, unit) = units.first(where: { Double(bytes) >= $0.0 }) else { return "\(bytes) bytes" }
    return String(format: "%.1f ", Double(bytes) / factor) + unit
  }

  /// `0.75 ms`, `2.4 s`, `1h05m`
  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.1: String(format: "%.3g ms", seconds * 1000)
    case ..<100: String(format: "%.3g s", seconds)
    case ..<1e9: String(format: "%dh%02dm", Int(seconds) / 3600, Int(seconds) / 60 % 60)
    default: "forever"
    }
  }
}
