/// The loss of a training step.
package struct StepLoss: Sendable, Equatable {
  /// The number of the step, from 1.
  package let step: Int
  /// The mean loss of the batch.
  package let loss: Double

  package init(step: Int, loss: Double) {
    self.step = step
    self.loss = loss
  }
}
