import NeuralNetwork

extension TrainingConfiguration {
  /// - Throws: `TrainingError.unmatchedMultiplier`.
  func checkMultipliers(_ plan: ModelPlan) throws {
    for multiplier in optimizer.updateOptions.learningRateMultipliers
    where !plan.variables.contains(where: multiplier.applies) {
      throw TrainingError.unmatchedMultiplier(
        pattern: multiplier.pattern.description, variables: plan.variables.map(\.path))
    }
  }
}
