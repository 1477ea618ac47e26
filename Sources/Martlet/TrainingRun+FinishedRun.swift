extension TrainingRun.Start {
  /// How to start a run of which nobody said whether to resume or to overwrite what its directory holds.
  ///
  /// A directory that holds this very run, finished, is no obstacle: nothing is left to train, so the run is resumed at its
  /// end, where it shows its result. Whatever else the directory holds has to be decided on: `.fresh` refuses it. A run
  /// that began with the weights of another file is another run.
  ///
  /// - Parameter initialWeights: the file whose weights the run is to begin with.
  /// - Returns: `.resuming` or `.fresh`.
  public static func freshUnlessFinished(
    _ configuration: RunConfiguration, initialWeights: String? = nil
  ) -> TrainingRun.Start {
    let directory = RunDirectory(configuration.checkpoints)
    guard let saved = try? directory.newestGood(opening: SavedRun.init(path:)),
      saved.checkpoint.initialWeights == initialWeights, (try? configuration.checkResumes(saved)) != nil
    else { return .fresh }
    let state = saved.checkpoint.snapshot.state
    let isFinished =
      state.epoch == configuration.training.epochs
      || state.hasStoppedEarly && saved.configuration.training.epochs == configuration.training.epochs
    return isFinished ? .resuming : .fresh
  }
}
