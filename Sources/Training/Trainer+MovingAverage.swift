import NeuralNetwork

/// The moving averages of the weights, which replace them at the end of a run: see `UpdateOptions.MovingAverage`.
extension Trainer {
  /// The name under which the weights that were replaced are kept in the run's state.
  private static let keptWeights = "moving_average"
  private static let replacedEpoch = "epoch"

  /// Whether the averages have replaced the weights.
  private var hasAverages: Bool { state.callbacks[Self.keptWeights] != nil }

  /// Replaces the weights by their averages, if there are any and the run is complete.
  ///
  /// As in Keras, a callback that restores the weights of the best epoch has the last word.
  package func takeAverages(_ plan: FitPlan) throws {
    guard configuration.optimizer.updateOptions.movingAverage != nil, !hasAverages,
      state.epoch >= plan.epochs || state.hasStoppedEarly, state.callbacks.values.allSatisfy({ $0.weights.isEmpty })
    else { return }
    let own = weights
    let slots = variables.read(program, slotCount: 1).slots
    let averages = Dictionary(uniqueKeysWithValues: slots[0].map { ($0.path, $0) })
    try setWeights(own.map { averages[$0.path] ?? $0 })
    state.callbacks[Self.keptWeights] = CallbackState(
      numbers: [Self.replacedEpoch: Double(state.epoch)], weights: own)
  }

  /// Returns to the weights that the averages replaced, if the run has more epochs to make.
  func leaveAverages(_ plan: FitPlan) throws {
    guard let kept = state.callbacks[Self.keptWeights], state.epoch < plan.epochs, !state.hasStoppedEarly else {
      return
    }
    try setWeights(kept.weights)
    state.callbacks[Self.keptWeights] = nil
  }
}

/// Replaces the weights by their averages after the last epoch, before a checkpoint is written.
package final class AveragedWeights: Callback {
  package init() {}

  package func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws { try trainer.takeAverages(plan) }
}
