/// Sums of the loss and of each metric, one row for each task of a parallel loop.
final class ShardSums: @unchecked Sendable {
  // Sendable: each task writes its own row, and the rows are read after the join.
  private let start: UnsafeMutablePointer<Double>
  let sums: Int

  init(tasks: Int, sums: Int) {
    self.sums = sums
    start = .allocate(capacity: tasks * sums)
    start.initialize(repeating: 0, count: tasks * sums)
  }

  deinit { start.deallocate() }

  subscript(task: Int) -> UnsafeMutablePointer<Double> { start + task * sums }

  /// The loss over the first `tasks` tasks, in their order.
  func loss(tasks: Int) -> Double {
    var loss = 0.0
    for task in 0..<tasks { loss += self[task][0] }
    return loss
  }
}

/// The sums behind the means that are printed for an epoch: loss and metrics, over the samples seen so far.
public struct RunningSums: Sendable, Equatable {
  /// The sum of the loss, then of each metric.
  public internal(set) var values: [Double]
  public internal(set) var samples: Int

  public init(count: Int) {
    values = [Double](repeating: 0, count: count)
    samples = 0
  }

  /// What a checkpoint kept.
  public init(values: [Double], samples: Int) {
    self.values = values
    self.samples = samples
  }

  /// The mean loss and the mean of each metric; NaN before the first sample.
  public var means: [Double] { values.map { $0 / Double(samples) } }

  /// Adds the rows of the first `tasks` tasks, in their order.
  ///
  /// - Returns: the mean loss of what was added.
  mutating func add(_ rows: ShardSums, tasks: Int, samples count: Int) -> Float {
    let loss = rows.loss(tasks: tasks)
    for task in 0..<tasks {
      for index in 1..<max(values.count, 1) { values[index] += rows[task][index] }
    }
    values[0] += loss
    samples += count
    return Float(loss / Double(count))
  }
}
