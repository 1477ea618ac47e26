extension TrainingRun.Start {
  /// How to start a run if neither resuming nor overwriting was requested.
  ///
  /// If the directory holds the same run, finished, it is resumed at its end, where it shows its result. Anything else
  /// in the directory requires a decision: `.fresh` refuses it. A run started from the weights of another file is
  /// another run.
  ///
  /// - Parameter initialWeights: the file of the run's initial weights.
  /// - Returns: `.resuming` or `.fresh`.
  public static func freshUnlessFinished(
    _ configuration: RunConfiguration, initialWeights: String? = nil
  ) -> TrainingRun.Start {
    let directory = RunDirectory(configuration.checkpoints)
    guard let saved = try? directory.newestGood(),
      saved.run.initialWeights == initialWeights, (try? configuration.checkResumes(saved.run)) != nil
    else { return .fresh }
    let state = saved.snapshot.state
    let isFinished =
      state.epoch == configuration.training.epochs
      || state.hasStoppedEarly && saved.configuration.training.epochs == configuration.training.epochs
    return isFinished ? .resuming : .fresh
  }
}
