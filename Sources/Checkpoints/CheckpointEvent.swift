/// The outcome of writing a checkpoint.
public enum CheckpointEvent: Sendable, Equatable {
  case written(WrittenCheckpoint)
  /// It could not be written to any directory. The run continues; older checkpoints are unchanged.
  case failed(step: Int, reason: String)
}
