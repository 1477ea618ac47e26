import Foundation
import Logging
import Martlet

/// What happens in a run, for machines: one JSON object a line, through swift-log.
///
/// Every line has `time`, `level` and `event`, and what the event brings with it.
final class RunLog: Callback, @unchecked Sendable {
  // Sendable: the logger and the file are, and nothing else is kept.
  private let logger: Logger
  private let file: LogFile

  /// - Parameter unwritable: is told once if the file does not take a line; it is written later, if that is possible.
  /// - Throws: `FileError` if the file cannot be opened.
  init(path: String, unwritable: @escaping @Sendable (String) -> Void) throws {
    let file = try LogFile(path: path, warning: unwritable)
    self.file = file
    logger = Logger(label: "martlet") { _ in JSONLinesHandler(file: file) }
  }

  /// Writes what was logged before, and from now on at once: no other run has this log.
  func release() { file.release() }

  /// The start of a run, or of the next part of it.
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
    for (name, column) in history.columns { values[name] = column.last.map { .stringConvertible($0) } }
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

  func end(_ trainer: Trainer, isFinished: Bool) {
    let reason = trainer.stopReason.map { ["reason": Logger.MetadataValue.string($0.wording)] }
    log(
      "end",
      [
        "step": .stringConvertible(trainer.state.step), "epoch": .stringConvertible(trainer.state.epoch),
        "finished": .stringConvertible(isFinished),
      ].merging(reason ?? [:]) { $1 })
  }

  private func log(_ event: String, _ values: Logger.Metadata, level: Logger.Level = .info) {
    logger.log(level: level, "\(event)", metadata: values)
  }
}

/// Writes log messages as JSON objects, one a line, each handed to the system before the next.
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
