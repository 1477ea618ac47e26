import RunConfiguration

extension Checkpoint {
  /// The best good checkpoint of a run's directory, or else the newest good one.
  ///
  /// A copy of the directory without its links gives the same one: the history in the newest checkpoint determines the
  /// best of those present.
  ///
  /// - Parameter passedOver: called with the reason for each corrupt checkpoint.
  /// - Throws: as `RunDirectory.newestGood`.
  package static func bestOrNewest(
    inDirectory directory: String, passedOver: (String) -> Void = { _ in }
  ) throws -> (checkpoint: Checkpoint, isBest: Bool) {
    let store = CheckpointStore(directory: directory)
    let newest = try RunDirectory(CheckpointPolicy(directory: directory))
      .newestGood(passedOver: passedOver)
    var files = store.filesByStep()
    let (policy, state) = (newest.configuration.checkpoints, newest.snapshot.state)
    let lineage = RunLineage(of: newest.run)
    while let best = policy.best(among: files.keys, of: state), let path = files.removeValue(forKey: best) {
      // The checkpoint of the best epoch is missing, but the run ended with its weights restored.
      if policy.hasRestoredBetter(state, than: best) { return (newest, true) }
      do {
        let saved = try Checkpoint(path: path)
        if lineage.contains(saved, before: state) { return (saved, true) }
      } catch {
        passedOver("\(error)")
        return (newest, false)
      }
    }
    return (newest, false)
  }
}
