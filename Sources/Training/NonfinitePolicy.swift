import Configuration

/// The policy for a batch whose loss is NaN or infinite.
public enum NonfinitePolicy: String, Sendable, CaseIterable {
  /// End the run with an error, before the step.
  case stop
  /// Skip the batch: it counts as a step, but changes no weight and no mean.
  case skip
}
