import NeuralNetwork

/// When to return to the caller.
struct StepLimit: Sendable {
  /// The maximum number of steps.
  let steps: Int
  let deadline: ContinuousClock.Instant
  let requests: RunRequests

  func isReached(after steps: Int) -> Bool {
    steps >= self.steps || requests.isPending || ContinuousClock.now >= deadline
  }
}
