import Synchronization

/// The reason why training stopped before its last epoch.
public enum StopReason: Sendable, Equatable {
  /// A signal requested it.
  case signal(Int32)
  case timeLimit
  /// The metric that `EarlyStopping` monitors did not improve; the run is complete.
  case noImprovement(metric: String)
}
