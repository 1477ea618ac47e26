import Foundation
import Logging
import Martlet

/// A machine-readable event log of a run: one JSON object per line, written through swift-log.
///
/// Every line has `time`, `level`, `event`, the run's `directory`, and the fields of the event. Numbers are written
/// with the fewest digits that round-trip, and NaN and infinity, which JSON lacks, as null.
final class RunLog: Callback, @unchecked Sendable {
  // Sendable: so are the logger and the file, its only state.
  private let logger: Logger
  private let file: LogFile

  /// - Parameters:
  ///   - directory: the run's directory, which identifies its lines in a shared file.
  ///   - unwritable: called once if a line cannot be written; the line is written later if possible.
  init(path: String, directory: String, unwritable: @escaping @Sendable (String) -> Void) {
    let file = LogFile(path: path, warning: unwritable)
    self.file = file
    var logger = Logger(label: "martlet") { _ in JSONLinesHandler(file: file) }
    logger[metadataKey: "directory"] = .string(directory)
    self.logger = logger
  }

  /// Writes the events logged so far, and later ones at once. Called once the run's directory is locked.
  func release() { file.release() }

  /// Waits for a pipe to accept the last lines, for a limited time.
  func finish() { file.finish() }

  /// Logs the start of a run, or its resumption.
  func start(_ run: TrainingRun) throws {
    let trainer = run.trainer
    log(
      "start",
      [
        "run": .string(run.configuration.name), "version": .string(MartletVersion.text),
        "step": .stringConvertible(trainer.state.step),
        "epoch": .stringConvertible(trainer.state.epoch), "host": .string(ProcessInfo.processInfo.hostName),
        "process": .stringConvertible(ProcessInfo.processInfo.processIdentifier),
        "workers": .stringConvertible(trainer.workerCount), "instruction_set": .string("\(trainer.instructionSet)"),
        "cores": .stringConvertible(AvailableCores.count()),
        "memory_bytes": .stringConvertible(Int(clamping: ProcessInfo.processInfo.physicalMemory)),
      ])
    log("configuration", ["yaml": .string(try run.configuration.yaml)])
  }

  func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) {
    let history = trainer.state.history
    var values: Logger.Metadata = [
      "epoch": .stringConvertible(trainer.state.epoch), "step": .stringConvertible(trainer.state.step),
    ]
    let isValidated = trainer.configuration.validates(afterEpoch: trainer.state.epoch)
    for name in history.names where history.count > 0 && (isValidated || !name.hasPrefix("val_")) {
      values[name] = Self.metadata(history.value(name, history.count - 1))
    }
    log("epoch", values)
  }

  func checkpoint(_ event: CheckpointEvent) {
    switch event {
    case .written(let checkpoint):
      log(
        "checkpoint",
        [
          "path": .string(checkpoint.path), "step": .stringConvertible(checkpoint.step),
          "bytes": .stringConvertible(checkpoint.bytes), "seconds": .stringConvertible(checkpoint.seconds),
          "is_best": .stringConvertible(checkpoint.isBest),
        ])
      if let fault = checkpoint.fault { self.fault(fault) }
    case .failed(let step, let reason):
      log("checkpoint_failed", ["step": .stringConvertible(step), "reason": .string(reason)], level: .error)
    }
  }

  func warning(_ text: String) { fault(text, level: .warning) }

  func error(_ text: String) { fault(text, level: .error) }

  private func fault(_ text: String, level: Logger.Level = .warning) {
    log("fault", ["message": .string(text)], level: level)
  }

  /// - Parameter evaluation: of the test data once the run is done, or of the validation data if there is none.
  func end(_ run: TrainingRun, evaluation: Evaluation?) {
    let trainer = run.trainer
    var values: Logger.Metadata = [
      "step": .stringConvertible(trainer.state.step), "epoch": .stringConvertible(trainer.state.epoch),
      "finished": .stringConvertible(run.isFinished),
    ]
    if let reason = trainer.stopReason { values["reason"] = .string(reason.wording) }
    if let evaluation {
      let part = run.data.hasTest ? "test" : "validation"
      for (name, value) in evaluation.results { values["\(part)_\(name)"] = Self.metadata(value) }
      values["\(part)_samples"] = .stringConvertible(evaluation.samples)
    }
    log("end", values)
  }

  /// A number, or nested lists.
  private static func metadata(_ value: MetricValue) -> Logger.MetadataValue {
    value.number.map { .stringConvertible($0) } ?? .array(value.rows.map(metadata))
  }

  private func log(_ event: String, _ values: Logger.Metadata, level: Logger.Level = .info) {
    logger.log(level: level, "\(event)", metadata: values)
  }
}

/// A log handler that writes one JSON object per line, each flushed to the system before the next.
private struct JSONLinesHandler: LogHandler {
  let file: LogFile
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  init(file: LogFile) { self.file = file }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { $1 }
    let head = [
      ConfigurationEntry("time", ConfigurationNode(.string(Self.now()))),
      ConfigurationEntry("level", ConfigurationNode(.string(event.level.rawValue))),
      ConfigurationEntry("event", ConfigurationNode(.string("\(event.message)"))),
    ]
    let entries = values.sorted { $0.key < $1.key }.map { ConfigurationEntry($0.key, Self.node($0.value)) }
    file.append(ConfigurationNode(mapping: head + entries).json + "\n")
  }

  private static func node(_ value: Logger.MetadataValue) -> ConfigurationNode {
    switch value {
    case .string(let text): ConfigurationNode(.string(text))
    case .stringConvertible(let value as Int): ConfigurationNode(.integer(value))
    case .stringConvertible(let value as Int32): ConfigurationNode(.integer(Int(value)))
    case .stringConvertible(let value as Double): ConfigurationNode(.number(value))
    case .stringConvertible(let value as Bool): ConfigurationNode(.bool(value))
    case .stringConvertible(let value): ConfigurationNode(.string(value.description))
    case .array(let values): ConfigurationNode(.sequence(values.map(node)))
    case .dictionary(let values):
      ConfigurationNode(mapping: values.sorted { $0.key < $1.key }.map { ConfigurationEntry($0.key, node($0.value)) })
    }
  }

  /// In UTC, to the millisecond: `2026-11-24T22:05:10.123Z`.
  private static func now() -> String {
    Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true)) + "Z"
  }
}
