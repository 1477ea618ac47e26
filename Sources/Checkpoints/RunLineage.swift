import RunConfiguration
import Training

/// Identifies the earlier checkpoints of a run.
///
/// A checkpoint is an earlier one of a run if the run could resume from it, and its history is a prefix of the run's:
/// bit by bit the same numbers, including the seconds, which differ between any two runs.
package struct RunLineage: Sendable {
  private let run: RunRecord

  package init(of run: RunRecord) { self.run = run }

  /// Whether a checkpoint is an earlier one of the run, which is at `state`.
  package func contains(_ checkpoint: Checkpoint, before state: RunState) -> Bool {
    let (past, other) = (checkpoint.snapshot.state, checkpoint.run)
    // An imported checkpoint does not record the run's seed and data.
    let isSameStart =
      other.origin != nil
      || other.configuration.training.seed == run.configuration.training.seed
        && other.initialWeights == run.initialWeights
    return isSameStart && other.inputShape == run.inputShape
      && Self.agree(other.trainFingerprint, run.trainFingerprint)
      && Self.agree(other.validationFingerprint, run.validationFingerprint)
      && past.step <= state.step && past.importedSteps == state.importedSteps
      && past.history.isStart(of: state.history) && (try? run.configuration.checkResumes(other)) != nil
  }

  /// Whether two fingerprints may be of the same data: an empty one matches any.
  private static func agree(_ left: String, _ right: String) -> Bool { left == right || left.isEmpty || right.isEmpty }
}

extension History {
  /// Whether this history is a prefix of `other`.
  fileprivate func isStart(of other: History) -> Bool {
    columns.allSatisfy { name, values in
      let others = other[name]
      return values.count <= others.count && zip(values, others).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
    } && arrays.allSatisfy { name, values in (other.arrays[name] ?? []).starts(with: values) }
  }
}
