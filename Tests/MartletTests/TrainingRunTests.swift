import Configuration
import DurableFiles
import Foundation
import Martlet
import Synchronization
import TestSupport
import Testing

@Suite("A run and its directory")
struct TrainingRunTests {
  private static func configuration(_ directory: String) throws -> RunConfiguration {
    var configuration = try RunConfiguration(yaml: CommandTests.yaml, file: "small.yml")
    configuration.checkpoints.directory = directory
    return configuration
  }

  private static func run(
    _ configuration: RunConfiguration, _ start: TrainingRun.Start,
    warning: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> TrainingRun {
    let environment = TrainingRun.Environment(
      dataset: DatasetContext(environment: [:]), workerCount: 2, instructionSet: .bestSupported, warning: warning)
    return try TrainingRun(configuration, start: start, environment: environment)
  }

  /// A source whose data takes so long that something happens in the meantime.
  private struct SlowSource: DatasetSource {
    static let name = "slow"
    static let summary = "for tests"
    static let optionKeys: [String] = []
    let meanwhile: @Sendable () throws -> Void

    init(meanwhile: @escaping @Sendable () throws -> Void) { self.meanwhile = meanwhile }
    init(options: ConfigurationReader) throws { self.init {} }

    var options: [ConfigurationEntry] { [] }
    func inDirectory(_ directory: String) -> SlowSource? { nil }
    func status(_ context: DatasetContext) -> String { "" }

    func load(_ context: DatasetContext) throws -> DatasetSplits {
      try meanwhile()
      return try DigitsSource(trainCount: 1100, testCount: 200).load(context)
    }
  }

  @Test("resume from the last checkpoint of the previous run after waiting for its lock", arguments: [false, true])
  func lastCheckpointOfAnother(isFirst: Bool) throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/run"
    let configuration = try Self.configuration(path)
    try Self.run(configuration, .fresh).run(maxSteps: 2)
    try Self.run(configuration, .resuming).run(maxSteps: 4)
    let (older, newest) = ("\(path)/step-00000002.weights.h5", "\(path)/step-00000004.weights.h5")
    try FileManager.default.moveItem(atPath: newest, toPath: "\(directory.path)/later")
    if isFirst { try FileManager.default.removeItem(atPath: older) }
    // The previous run is on another host, and stops once this one waits for it.
    let lock = Mutex<DirectoryLock?>(try DirectoryLock(path))
    _ = try directory.write("process 7\nhost elsewhere\nsince 2026-01-01 00:00:00\n", to: "run/run.lock")
    let later = "\(directory.path)/later"
    let run = try Self.run(configuration, isFirst ? .resumingIfAny : .resuming) { warning in
      #expect(warning.hasPrefix("waiting for the lock of \(path), held by process 7 on elsewhere"))
      #expect(throws: Never.self) { try FileManager.default.moveItem(atPath: later, toPath: newest) }
      lock.withLock { $0 = nil }
    }
    #expect(run.trainer.state.step == 4)
    try run.run(maxSteps: 5)
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(names.contains("step-00000004.weights.h5") && names.contains("step-00000005.weights.h5"))
    #expect(!names.contains { $0.hasSuffix(".damaged") })
  }

  @Test("resume from a checkpoint that another run wrote to a directory that was missing at first")
  func directoryOfAnother() throws {
    let directory = try TemporaryDirectory()
    var configuration = try Self.configuration("\(directory.path)/run")
    let other = configuration
    configuration.source = SlowSource { try Self.run(other, .resumingIfAny).run(maxSteps: 3) }
    #expect(throws: CheckpointError.self) { try Self.run(configuration, .fresh) }
    try FileManager.default.removeItem(atPath: "\(directory.path)/run")
    #expect(try Self.run(configuration, .resumingIfAny).trainer.state.step == 3)
  }

  @Test("write a checkpoint even if they are stopped before the first step", arguments: [false, true])
  func stoppedAtOnce(isFromFile: Bool) throws {
    let directory = try TemporaryDirectory()
    let whole = try Self.configuration("\(directory.path)/whole")
    try Self.run(whole, .fresh).run(maxSteps: 2)
    let start: TrainingRun.Start =
      isFromFile ? .resumingFrom("\(whole.checkpoints.directory)/latest.weights.h5") : .fresh
    let configuration = try Self.configuration("\(directory.path)/run")
    let snapshot = try stoppedAtOnce(configuration, start)
    let store = CheckpointStore(directory: configuration.checkpoints.directory)
    #expect(try store.fileNames() == [isFromFile ? "step-00000002.weights.h5" : "step-00000000.weights.h5"])
    #expect(try store.newestGood().snapshot == snapshot)
    let (left, right) = (try ended(whole, .resuming), try ended(configuration, .resuming))
    #expect(left == right)
    #expect(left.state.step == 12)
  }

  private func stoppedAtOnce(_ configuration: RunConfiguration, _ start: TrainingRun.Start) throws -> Snapshot {
    let run = try Self.run(configuration, start)
    run.trainer.requests.requestStop(signal: SIGTERM)
    try run.run()
    #expect(run.trainer.stopReason == .signal(SIGTERM))
    return run.trainer.snapshot()
  }

  /// The final state of a run, without times.
  private func ended(_ configuration: RunConfiguration, _ start: TrainingRun.Start) throws -> Snapshot {
    let run = try Self.run(configuration, start)
    try run.run()
    var snapshot = run.trainer.snapshot()
    snapshot.state.history = History(columns: snapshot.state.history.columns.filter { $0.key != "seconds" })
    return snapshot
  }
}
