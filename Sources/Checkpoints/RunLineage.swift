import Training

/// Tells the checkpoints of a run's own past from those of other runs.
///
/// A checkpoint is of the past of a run if the run could have been resumed from it, and its history is the start of the
/// run's: the same numbers bit by bit, the seconds too, which no two trainings share.
package struct RunLineage: Sendable {
  private let run: Checkpoint
  private let isResumable: @Sendable (Checkpoint) -> Bool

  /// - Parameters:
  ///   - run: a checkpoint of the run; its snapshot does not count.
  ///   - isResumable: whether the run's configuration resumes from a checkpoint.
  package init(of run: Checkpoint, isResumable: @escaping @Sendable (Checkpoint) -> Bool = { _ in true }) {
    self.run = run
    self.isResumable = isResumable
  }

  /// Whether a checkpoint is of the past of the run, which is at `state`.
  package func contains(_ checkpoint: Checkpoint, before state: RunState) -> Bool {
    let past = checkpoint.snapshot.state
    // An imported checkpoint has the run's seed and data nowhere.
    let isSameStart =
      checkpoint.origin != nil || checkpoint.seed == run.seed && checkpoint.initialWeights == run.initialWeights
    return isSameStart && checkpoint.inputShape == run.inputShape
      && Self.agree(checkpoint.trainFingerprint, run.trainFingerprint)
      && Self.agree(checkpoint.validationFingerprint, run.validationFingerprint)
      && past.step <= state.step && past.stepsBefore == state.stepsBefore
      && past.history.isStart(of: state.history) && isResumable(checkpoint)
  }

  /// Whether two fingerprints may be of the same data: one that is empty says nothing.
  private static func agree(_ left: String, _ right: String) -> Bool { left == right || left.isEmpty || right.isEmpty }
}

extension History {
  /// Whether a run with the history `other` had this one before.
  fileprivate func isStart(of other: History) -> Bool {
    columns.allSatisfy { name, values in
      let others = other[name]
      return values.count <= others.count && zip(values, others).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    }
  }
}
