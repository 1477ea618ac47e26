import NeuralNetwork

extension StepMemory {
  /// Computes the statistics of the batch operation that begins a segment, after the segment before it.
  func finishForward(_ segment: Int, _ step: CurrentStep) {
    guard let placed = program.batchOperation(ofSegment: segment), let operation = placed.batchOperation else { return }
    operation.finishForward(
      batchSums.sum(samples: step.batch.count, width: operation.sumCount), samples: step.batch.count,
      statistics: batch.statistics(of: placed), variables: variables.parameters.start + placed.variableOffset,
      state: variables.state.start + placed.stateOffset,
      nextState: variables.nextState.start + placed.stateOffset)
  }

  /// Computes the variable gradients of the batch operation that begins a segment, after the segment's backward pass.
  func finishBackward(_ segment: Int, _ step: CurrentStep) {
    guard let placed = program.batchOperation(ofSegment: segment), let operation = placed.batchOperation else { return }
    operation.finishBackward(
      batchSums.sum(samples: step.batch.count, width: operation.sumCount), samples: step.batch.count,
      statistics: batch.statistics(of: placed),
      gradients: reduction.total(from: placed.variableOffset))
  }
}
