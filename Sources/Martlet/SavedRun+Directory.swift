extension SavedRun {
  /// The checkpoint of a run's directory that the run is judged by: the best, or else the newest; good ones alone.
  ///
  /// A copy of the directory that lost its links has the same: the history of the newest checkpoint tells which of those
  /// that are there is the best.
  ///
  /// - Parameter passedOver: is called with the reason for each checkpoint that is damaged.
  /// - Throws: as `RunDirectory.newestGood`.
  package static func bestOrNewest(
    inDirectory directory: String, passedOver: (String) -> Void = { _ in }
  ) throws -> (run: SavedRun, isBest: Bool) {
    let store = CheckpointStore(directory: directory)
    let newest = try RunDirectory(CheckpointPolicy(directory: directory))
      .newestGood(opening: SavedRun.init(path:), passedOver: passedOver)
    var files = store.filesByStep()
    let (policy, state) = (newest.configuration.checkpoints, newest.checkpoint.snapshot.state)
    let lineage = RunLineage(of: newest.checkpoint, isResumable: newest.configuration.isResumable)
    while let best = policy.best(among: files.keys, of: state), let path = files.removeValue(forKey: best) {
      // The checkpoint of the best epoch is lost, and the run ended with its weights.
      if policy.hasRestoredBetter(state, than: best) { return (newest, true) }
      do {
        let saved = try SavedRun(path: path)
        if lineage.contains(saved.checkpoint, before: state) { return (saved, true) }
      } catch {
        passedOver("\(error)")
        return (newest, false)
      }
    }
    return (newest, false)
  }
}
