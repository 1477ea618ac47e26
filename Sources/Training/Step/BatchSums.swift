import NeuralNetwork

/// The sums of batch operations: a row for each sample of the batch, and their total.
final class BatchSums: @unchecked Sendable {
  // Sendable: each task writes the rows of its own samples; the total is computed between phases.
  private let rows: UnsafeMutablePointer<Double>
  private let total: UnsafeMutablePointer<Double>
  private let levels: UnsafeMutablePointer<Double>

  init(_ program: Program, capacity: Int) {
    let width = program.sumCount
    rows = .allocate(capacity: max(capacity * width, 1))
    rows.initialize(repeating: 0, count: max(capacity * width, 1))
    total = .allocate(capacity: max(width, 1))
    total.initialize(repeating: 0, count: max(width, 1))
    let levelsCount = max(SampleTree.levelsCount(rows: capacity, width: width), 1)
    levels = .allocate(capacity: levelsCount)
    levels.initialize(repeating: 0, count: levelsCount)
  }

  deinit {
    rows.deallocate()
    total.deallocate()
    levels.deallocate()
  }

  /// The rows of a batch operation, from a sample of the batch on.
  func rows(from position: Int, width: Int) -> UnsafeMutablePointer<Double> { rows + position * width }

  /// The sum of all rows.
  func sum(samples: Int, width: Int) -> UnsafePointer<Double> {
    SampleTree.sum(rows, count: samples, width: width, into: total, levels: levels)
    return UnsafePointer(total)
  }
}

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
    // Of the whole batch: the first group's buffer has it, and the others have zeros that change no sum.
    operation.finishBackward(
      batchSums.sum(samples: step.batch.count, width: operation.sumCount), samples: step.batch.count,
      statistics: batch.statistics(of: placed),
      gradients: reduction.gradients(ofGroup: 0) + placed.variableOffset)
  }
}
