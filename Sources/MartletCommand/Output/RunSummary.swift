import Martlet

/// The text printed before and after training.
enum RunSummary {
  /// - Parameter isResumed: whether to say where the run resumes.
  static func heading(_ run: TrainingRun, isResumed: Bool = true) -> String {
    let (trainer, data) = (run.trainer, run.data)
    let parts =
      [
        "Data: \(data.train.name.split(separator: " ").first ?? "")", samples(data),
      ] + scale(run) + [
        workers(trainer), "shards: \(trainer.configuration.shards)",
        "instruction set: \(trainer.instructionSet)",
      ]
    let lines = [trainer.plan.summary(), parts.joined(separator: " - ")] + (isResumed ? resumed(run) : [])
    return lines.map { "\($0)\n" }.joined()
  }

  /// `60,000 + 10,000 samples of 28x28x1`
  private static func samples(_ data: DatasetSplits) -> String {
    let validation = data.hasOwnValidation ? [data.validation] : []
    let counts = ([data.train] + validation + (data.hasTest ? [data.test] : [])).map { NumberFormat.grouped($0.count) }
    let names = data.hasOwnValidation ? " (training, validation\(data.hasTest ? ", test" : ""))" : ""
    return "\(counts.joined(separator: " + ")) samples of \(data.train.shape.sizes)\(names)"
  }

  /// `workers: 64 (50 with samples in a step)`
  private static func workers(_ trainer: Trainer) -> String {
    let (count, used) = (trainer.workerCount, trainer.workersWithSamples)
    return "workers: \(count)" + (used < count ? " (\(used) with samples in a step)" : "")
  }

  /// The divisor of the inputs, unless it is the default 255 of byte images.
  private static func scale(_ run: TrainingRun) -> [String] {
    let training = run.trainer.configuration
    guard let scale = training.scale, scale != 255 || !run.data.train.input.isByteImage else { return [] }
    let reason = scale == 1 && training.model.beginsWithScaling ? " (the model starts with rescaling)" : ""
    return ["scale: \(PixelScale.text(scale))\(reason)"]
  }

  private static func resumed(_ run: TrainingRun) -> [String] {
    let state = run.trainer.state
    guard state.step > 0 else { return run.initialWeights.map { ["Initial weights: \($0)"] } ?? [] }
    guard run.isFinished else { return ["Resumed at step \(state.step), epoch \(state.epoch + 1)."] }
    let end =
      state.hasStoppedEarly
      ? "early stopping ended the run" : Self.epochsDone(state.epoch, of: run.configuration.training.epochs)
    return ["Resumed at step \(state.step): \(end)."]
  }

  /// The message for a finished run that is started again.
  static func finishedBefore(in directory: String) -> String {
    "\(directory): already holds this run, finished. Train it again with --overwrite, or longer with --resume --epochs N.\n"
  }

  /// `all 3 epochs are done`, or `3 epochs are done, more than the 2 requested`.
  static func epochsDone(_ done: Int, of asked: Int) -> String {
    let epochs = "\(NumberFormat.grouped(done)) \(done == 1 ? "epoch is" : "epochs are") done"
    if done > asked { return "\(epochs), more than the \(NumberFormat.grouped(asked)) requested" }
    return done == 1 ? epochs : "all \(epochs)"
  }

  /// - Parameter evaluation: of the test data, or of the validation data if there is none; nil if the run is not done.
  static func ending(_ run: TrainingRun, _ evaluation: Evaluation?) -> String {
    let state = run.trainer.state
    let reason = run.trainer.stopReason
    guard let evaluation else {
      return "Stopped\(reason.map { " by \($0.wording)" } ?? "") after step \(state.step), in epoch \(state.epoch + 1) "
        + "of \(run.configuration.training.epochs). Resume it with --resume.\n"
    }
    let early = state.hasStoppedEarly ? reason.map { "Stopped early: \($0.wording).\n" } : nil
    let restored = state.restoredEpoch.map { "Restored the weights of epoch \($0), the best one.\n" }
    return (early ?? "") + (restored ?? "")
      + EvaluateCommand.text(evaluation, isTest: run.data.hasTest, of: run.trainer.configuration) + "\n"
  }
}

extension StopReason {
  /// `SIGTERM`, `the time limit`, `no improvement of val_loss`
  var wording: String {
    switch self {
    case .signal(let number): Signals.name(number)
    case .timeLimit: "the time limit"
    case .noImprovement(let metric): "no improvement of \(metric)"
    }
  }
}
