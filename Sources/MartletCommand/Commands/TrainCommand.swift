import ArgumentParser
import DurableFiles
import Foundation
import Martlet

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model, or resume an interrupted run.",
    discussion: """
      The weights depend on the configuration, the data and the instruction set, not on the number of workers. An \
      interrupted run resumes with --resume, and ends with the bits of an uninterrupted one.

      Signals: those of --end-signals stop the run after the current step, with a checkpoint and exit code 75, and \
      so does SIGHUP if there is a terminal; a second SIGINT ends it at once. While data is loading they end it at \
      once, with 75. SIGUSR2 writes a checkpoint, and the run continues.
      """)

  @Argument(help: "Run configuration (YAML).", completion: .file())
  var config: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a configuration value: fit.epochs=3, model.0.conv2d.filters=16. May be repeated.",
      valueName: "key=value"))
  var overrides: [String] = []

  @Flag(
    help: "Show what the run would do, need and write, measured on a few steps; write nothing, and acquire no lock.")
  var dryRun = false

  @Option(help: "Directory of the data set's files.", completion: .directory)
  var data: String?

  @Option(parsing: .unconditional, help: "Total number of epochs.")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "Batch size, in samples.")
  var batchSize: Int?

  @Option(
    parsing: .unconditional,
    help: "Number of shards per batch. Affects the last bits of the weights; --workers does not.")
  var shards: Int?

  @Option(parsing: .unconditional, help: "Number of threads (default: the cores this process may use).")
  var workers: Int?

  @Option(parsing: .unconditional, help: "Seed for initial weights and sample order.")
  var seed: Int?

  @Option(help: "Directory for checkpoints.", completion: .directory)
  var output: String?

  @Option(
    defaultAsFlag: "latest",
    help: "Resume from the newest good checkpoint of the run's directory, or from the named file or directory.",
    completion: .file())
  var resume: String?

  @Flag(
    help: "Resume if the run's directory holds a run, start it otherwise: for jobs that are requeued.")
  var resumeOrStart = false

  @Option(
    help:
      "Initialize with the weights of this file (a checkpoint, or .keras, .h5, .weights.h5 of Keras), or of a run's directory (its best checkpoint, or else its latest), instead of random ones.",
    completion: .file()
  )
  var initialWeights: String?

  @Flag(help: "Start over in a directory that holds a run; its checkpoints are removed once there is a new one.")
  var overwrite = false

  @Option(parsing: .unconditional, help: "Stop with a checkpoint once the run has made this many steps in total.")
  var maxSteps: Int?

  @Option(parsing: .unconditional, help: "Also checkpoint every N steps.")
  var checkpointEverySteps: Int?

  @Option(help: "Stop with a checkpoint before this much time has passed since the start: 3h55m, 90s.")
  var timeLimit: TimeSpan?

  @Option(help: "Signals that stop the run with a checkpoint and exit code 75.")
  var endSignals = "TERM,INT,USR1"

  @Option(
    help: "Append events to this file, one JSON object per line. {seed} is replaced by the seed.",
    completion: .file())
  var logFile: String?

  @Option(help: "Write the loss of every batch to this CSV file. {seed} is replaced by the seed.", completion: .file())
  var stepLog: String?

  @Option(
    parsing: .unconditional,
    help:
      "0: errors only, 1: progress bar, 2: one line per epoch, and every 30 seconds (default: 1 on a terminal, else 2)."
  )
  var verbose: Int?

  func run() throws {
    let began = ContinuousClock.now
    for stream in [Console.output, .error] { stream.writeInBackground() }
    let verbosity = try Verbosity.resolve(verbose)
    let endingSignals = try Signals.parse(endSignals)
    if !dryRun { Signals.install(ending: endingSignals) }
    let configuration = try configuration()
    let asked = try start(configuration)
    let initialWeights = try initialWeights(configuration, asked)
    try checkLogs(configuration)
    // A finished run that is started again shows its result.
    let start = asked == .fresh ? .freshUnlessFinished(configuration, initialWeights: initialWeights) : asked
    if dryRun { return try showDryRun(configuration, start, initialWeights, began) }
    let log = logFile.map {
      RunLog(
        path: configuration.training.logName($0), directory: configuration.checkpoints.directory,
        unwritable: CommandEnvironment.warn)
    }
    defer { log?.finish() }
    do {
      var environment = try CommandEnvironment.training(workers: workers, isSilent: verbosity == .silent)
      environment.deadline = timeLimit.map { began + $0.duration }
      environment.warning = { text in
        CommandEnvironment.warn(text)
        log?.warning(text)
      }
      // Until then, the log may be that of a run in progress in the directory.
      environment.didLockDirectory = { log?.release() }
      let run = try TrainingRun(
        configuration, start: start, initialWeights: initialWeights, environment: environment)
      Signals.handOver()
      if start != asked, verbosity != .silent {
        Console.output.write(RunSummary.finishedBefore(in: configuration.checkpoints.directory))
      }
      try train(run, verbosity, log)
    } catch {
      if !(error is ExitStatus) { log?.error(CommandAdvice.message(error)) }
      throw error
    }
  }

  /// Prints what the run would do; throws what it would throw before its first step.
  private func showDryRun(
    _ configuration: RunConfiguration, _ start: TrainingRun.Start, _ initialWeights: String?,
    _ began: ContinuousClock.Instant
  ) throws {
    var environment = try CommandEnvironment.training(workers: workers, isSilent: false)
    environment.isDryRun = true
    environment.dataset.canFetch = false
    environment.deadline = timeLimit.map { began + $0.duration }
    let name = configuration.training.logName
    if let stepLog { try AtomicFile.checkWritable(name(stepLog)) }
    warnOfUnwritable(configuration)
    var measurable = configuration
    measurable.source = try measurableSource(configuration, environment.dataset)
    let run = try TrainingRun(
      measurable, start: start, initialWeights: initialWeights, environment: environment)
    if let stepLog { try StepLog.check(name(stepLog), of: run) }
    let logs = DryRunReport.Logs(
      step: stepLog.map(name), run: logFile.map(name), tables: Self.tables(configuration),
      events: Self.eventDirectories(configuration))
    var shown = configuration
    shown.training.scale = run.configuration.training.scale
    Console.output.write(try shown.yaml + "\n" + DryRunReport.heading(run, isOverwriting: overwrite))
    let measured = try run.measure(maxSteps: maxSteps)
    Console.output.write(DryRunReport.needs(measured, run, timeLimit: timeLimit, logs: logs))
  }

  /// The paths of the `csv_log` files.
  private static func tables(_ configuration: RunConfiguration) -> [String] {
    configuration.callbacks.compactMap { ($0 as? CSVLogger)?.filename }.map(configuration.training.logName)
  }

  /// The directories of `tensorboard`.
  private static func eventDirectories(_ configuration: RunConfiguration) -> [String] {
    configuration.callbacks.compactMap { ($0 as? TensorBoard)?.directory }.map(configuration.training.logName)
  }

  /// - Throws: `ForeignLog` if a log's file is not such a log; `UsageError` if two logs have the same file.
  private func checkLogs(_ configuration: RunConfiguration) throws {
    let name = configuration.training.logName
    let table = "callbacks.csv_log.filename"
    let named = [("--log-file", logFile), ("--step-log", stepLog)].compactMap { option, path in
      path.map { (option: option, path: name($0)) }
    }
    let tables = Self.tables(configuration)
    try LogPlace.checkDistinct(named + tables.map { (table, $0) })
    if let logFile { try LogPlace.check(name(logFile), .events, option: "--log-file") }
    if let stepLog { try LogPlace.check(name(stepLog), .steps, option: "--step-log") }
    for path in tables { try LogPlace.check(path, .epochs, option: table) }
    for path in Self.eventDirectories(configuration) {
      try LogPlace.checkDirectory(path, option: "callbacks.tensorboard.directory")
    }
  }

  /// Warns of paths that the run could not write to, without refusing the run.
  private func warnOfUnwritable(_ configuration: RunConfiguration) {
    for path in (logFile.map { [configuration.training.logName($0)] } ?? []) + Self.tables(configuration) {
      do { try AtomicFile.checkWritable(path) } catch { CommandEnvironment.warn("\(error)") }
    }
    guard let fallback = configuration.checkpoints.fallbackDirectory else { return }
    do { try AtomicFile.checkWritableDirectory(fallback) } catch { CommandEnvironment.warn("\(error)") }
  }

  /// The data of a dry run: that of the run, or generated data of the same size if it is not downloaded yet.
  private func measurableSource(
    _ configuration: RunConfiguration, _ context: DatasetContext
  ) throws -> (any DatasetSource)? {
    guard let published = configuration.source as? any PublishedSource, let standIn = published.standIn(context),
      try !RunDirectory(configuration.checkpoints).holdsRun()
    else { return configuration.source }
    Console.error.write(
      "martlet: note: \(type(of: published).name) is not on this machine, and would be downloaded. Measured with generated "
        + "\(standIn.description) of the same shape and number instead.\n")
    return standIn.source
  }

  private func train(_ run: TrainingRun, _ verbosity: ProgressPrinter.Verbosity, _ log: RunLog?) throws {
    run.trainer.requests = Signals.requests
    let terminal = Terminal(.output) ?? Terminal { .max }
    var callbacks: [any Callback] = [ProgressPrinter(verbosity: verbosity, terminal: terminal)]
    let steps = try stepLog.map { try StepLog(path: run.configuration.training.logName($0), of: run) }
    if let steps { callbacks.append(steps) }
    if let log { callbacks.append(log) }
    try log?.start(run)
    if verbosity != .silent { Console.output.write(RunSummary.heading(run)) }
    try run.run(maxSteps: maxSteps, callbacks: callbacks) { log?.checkpoint($0) }
    steps?.finish(run.trainer)
    let isEvaluated = run.isFinished && (log != nil || verbosity != .silent)
    let evaluation = isEvaluated ? try run.trainer.evaluate(run.data.test) : nil
    log?.end(run, evaluation: evaluation)
    if verbosity != .silent { Console.output.write(RunSummary.ending(run, evaluation)) }
    // Stopped on request with epochs left. Reaching --max-steps is success.
    if run.trainer.stopReason != nil, !run.isFinished { throw ExitStatus.runAgain }
    try steps?.checkComplete()
  }

  /// The file's configuration with the overrides of the command line.
  private func configuration() throws -> RunConfiguration {
    let overrides = try overrides.map { try ConfigurationOverride($0, option: "--set") }
    try checkAgreement(overrides)
    var run = try RunConfiguration(contentsOf: config, overrides: overrides)
    func set(_ value: Int?, _ option: String, in range: ClosedRange<Int>, _ apply: (Int) -> Void) throws {
      guard let value else { return }
      guard range.contains(value) else {
        let most = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
        throw UsageError("\(option) must be at least \(range.lowerBound)\(most). Received: \(value)")
      }
      apply(value)
    }
    try set(epochs, "--epochs", in: 1...(1 << 24 - 1)) { run.training.epochs = $0 }
    try set(batchSize, "--batch-size", in: 1...1_000_000) { run.training.batchSize = $0 }
    try set(shards, "--shards", in: 1...1024) { run.training.shards = $0 }
    try set(seed, "--seed", in: 0...Int.max) { run.training.seed = UInt64($0) }
    try set(checkpointEverySteps, "--checkpoint-every-steps", in: 1...Int.max) { run.checkpoints.everySteps = $0 }
    try set(maxSteps, "--max-steps", in: 1...Int.max) { _ in }
    guard run.training.shards <= run.training.batchSize else {
      throw UsageError(
        "\(run.training.batchSize) samples cannot be split into \(run.training.shards) shards. "
          + "Use at most \(run.training.batchSize) shards (--shards).")
    }
    if let output { run.checkpoints.directory = output }
    if let data { run.source = try run.source?.required(inDirectory: data) }
    return run
  }

  /// - Throws: `UsageError` if an option and an override set the same key.
  private func checkAgreement(_ overrides: [ConfigurationOverride]) throws {
    let options: [(String, value: String?, key: String)] = [
      ("--epochs", epochs.map(String.init), "fit.epochs"),
      ("--batch-size", batchSize.map(String.init), "fit.batch_size"),
      ("--shards", shards.map(String.init), "fit.shards"), ("--seed", seed.map(String.init), "fit.seed"),
      ("--checkpoint-every-steps", checkpointEverySteps.map(String.init), "checkpoints.every_steps"),
      ("--output", output, "checkpoints.directory"),
    ]
    for (option, value, key) in options {
      guard let value, let override = overrides.first(where: { $0.key == key }) else { continue }
      throw UsageError("\(option) \(value) and \(override.option) set the same key: use one of them.")
    }
  }

  /// The file of the initial weights: of a directory, its best checkpoint, or else its newest. A resumed run does not
  /// need it: the file may no longer exist.
  private func initialWeights(_ configuration: RunConfiguration, _ start: TrainingRun.Start) throws -> String? {
    guard let initialWeights else { return nil }
    if start == .resumingIfAny, try RunDirectory(configuration.checkpoints).holdsRun() { return initialWeights }
    return try RunPath.checkpoint(initialWeights)
  }

  private func start(_ configuration: RunConfiguration) throws -> TrainingRun.Start {
    guard initialWeights == nil || resume == nil else {
      throw UsageError("--resume continues with the weights of the run: leave out --initial-weights.")
    }
    guard !resumeOrStart || (resume == nil && !overwrite) else {
      throw UsageError("--resume-or-start cannot be combined with --resume or --overwrite.")
    }
    guard let resume else { return overwrite ? .overwriting : resumeOrStart ? .resumingIfAny : .fresh }
    guard !overwrite else { throw UsageError("--resume continues a run, --overwrite replaces it: use one of them.") }
    guard resume != "latest", !CheckpointStore.isSameFile(resume, configuration.checkpoints.directory) else {
      return .resuming
    }
    return .resumingFrom(try RunPath.newest(resume))
  }
}

extension DatasetSource {
  /// The same source reading its files from a directory.
  ///
  /// - Throws: `UsageError` if it has no files.
  func required(inDirectory directory: String) throws -> any DatasetSource {
    guard let source = inDirectory(directory) else {
      throw UsageError("--data \(directory): the data set '\(Self.name)' has no files. Leave out --data.")
    }
    return source
  }
}
