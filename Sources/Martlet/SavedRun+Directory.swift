import DurableFiles

extension SavedRun {
  /// The checkpoint of a run's directory that the run is judged by: the best, or else the newest; good ones alone.
  ///
  /// A copy of the directory that lost its links has the same: the history of the newest checkpoint tells which epoch was
  /// the best.
  ///
  /// - Parameter passedOver: is called with the reason for each checkpoint that is damaged.
  /// - Throws: as `RunDirectory.newestGood`.
  public static func bestOrNewest(
    inDirectory directory: String, passedOver: (String) -> Void = { _ in }
  ) throws -> (run: SavedRun, isBest: Bool) {
    let store = CheckpointStore(directory: directory)
    let newest = try RunDirectory(CheckpointPolicy(directory: directory))
      .newestGood(opening: SavedRun.init(path:), passedOver: passedOver)
    let policy = newest.configuration.checkpoints
    guard policy.keepBest != nil else { return (newest, false) }
    let byHistory = policy.bestStep(of: newest.checkpoint.snapshot.state).map { store.path(step: $0) }
    let others = byHistory.flatMap { CheckpointStore.isSameFile($0, store.bestPath) ? nil : [$0] } ?? []
    for path in [store.bestPath] + others where WholeFile.isFile(path) {
      do {
        return (try SavedRun(path: path), true)
      } catch {
        passedOver("\(error)")
      }
    }
    return (newest, false)
  }
}
