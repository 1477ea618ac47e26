import DurableFiles
import Martlet
import Reports

/// Reads what a report shows of a run: its checkpoints, its logs, and the results of its model.
struct RunReader {
  /// The options of the same names.
  let data: String?
  let dataset: String?
  let logFile: String?
  let stepLog: String?
  let environment: TrainingRun.Environment

  /// - Parameter isAlone: whether the report is of this run alone, and shows samples and logs too.
  /// - Throws: `UsageError` for a directory without a run; the errors of reading it. Data that is not available is an
  ///   error only if an option names it.
  func read(_ path: String, isAlone: Bool) throws -> ReportedRun {
    let (newest, best) = try RunPath.newestAndBest(path)
    let isDirectory = AtomicFile.isDirectory(path)
    var run = try ReportedRun(
      path: path, newest: newest, evaluated: best,
      files: isDirectory ? CheckpointFile.all(inDirectory: path) : [],
      isUnderWay: isDirectory && DirectoryLock.holder(of: path) != nil)
    try addData(to: &run, needsSamples: isAlone)
    try addLogs(to: &run)
    return run
  }

  // MARK: - Data

  private func addData(to run: inout ReportedRun, needsSamples: Bool) throws {
    let isNamed = data != nil || dataset != nil
    func orOmission(_ what: String, _ body: () throws -> Void) throws {
      do { try body() } catch  where !isNamed {
        run.omissions.append("\(what) \(error) --data DIR names the directory of its files, --dataset other data.")
      }
    }
    guard let found = try runData(of: run.evaluated) else {
      run.omissions.append(
        "Sections that need data are omitted: the run does not record which data set it was trained on. --dataset names one."
      )
      return
    }
    try orOmission("Sections that need the test data are omitted:") {
      let (data, isTest) = try found.judgingData(needsTargets: true)
      run.results = try ModelResults(
        of: run.evaluated, on: data, isTest: isTest, workerCount: environment.workerCount,
        instructionSet: environment.instructionSet, needsPredictions: needsSamples)
    }
    // Other data is not what training saw.
    guard needsSamples, !found.isOtherSource else { return }
    try orOmission("Training samples are omitted:") {
      var configuration = found.configuration
      configuration.source = found.source
      run.training = try configuration.load(found.context).train
    }
    let fingerprint = run.newest.run.trainFingerprint
    if let training = run.training, !fingerprint.isEmpty, training.fingerprint != fingerprint {
      run.omissions.append(
        "The data differs from that of the run, by the SHA-256 of the training data. --data DIR names another directory."
      )
    }
  }

  private func runData(of saved: Checkpoint) throws -> RunData? {
    var context = environment.dataset
    context.canFetch = false
    context.keepsPictures = false
    let source = try DatasetOptions.source(
      dataset.map(DataArgument.source) ?? saved.configuration.source, isOther: dataset != nil, directory: data,
      of: saved)
    return source.map {
      RunData(configuration: saved.configuration, source: $0, context: context, isOtherSource: dataset != nil)
    }
  }

  // MARK: - Logs

  private func addLogs(to run: inout ReportedRun) throws {
    let (configuration, state) = (run.newest.configuration, run.newest.snapshot.state)
    if let logFile {
      let path = configuration.training.logName(logFile)
      try LogPlace.check(path, .events, option: "--log-file")
      let lines = RunLogLines(try AtomicFile.read(path), directory: configuration.checkpoints.directory)
      guard !lines.isEmpty else {
        throw UsageError(
          "--log-file \(path): has no line of the run in \(configuration.checkpoints.directory). Name the log of that run."
        )
      }
      run.log = lines
    }
    if let stepLog {
      let path = configuration.training.logName(stepLog)
      let lines = try StepLines(of: AtomicFile.read(path), heading: StepLog.header, path: path, upTo: state.step)
      if let data = run.training { _ = try lines.areOf(state, configuration.training, trainedOn: data, path: path) }
      run.steps = lines.losses.map { StepLoss(step: $0.step, loss: Double($0.loss)) }
    }
  }
}
