import NeuralNetwork

/// A row of numbers for each sample of a batch, and their sum, whose leaves are the samples.
final class SampleSums: @unchecked Sendable {
  // Sendable: each task writes the rows of its own samples; the sum is computed when all are done.
  private let rows: UnsafeMutablePointer<Double>
  private let total: UnsafeMutablePointer<Double>
  private let levels: UnsafeMutablePointer<Double>

  /// - Parameter width: the most numbers of a row.
  init(capacity: Int, width: Int) {
    func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
      let start = UnsafeMutablePointer<Double>.allocate(capacity: max(count, 1))
      start.initialize(repeating: 0, count: max(count, 1))
      return start
    }
    rows = zeros(capacity * width)
    total = zeros(width)
    levels = zeros(SampleTree.levelsCount(rows: capacity, width: width))
  }

  deinit {
    rows.deallocate()
    total.deallocate()
    levels.deallocate()
  }

  /// The rows of `width` numbers from a sample of the batch on.
  func rows(from sample: Int, width: Int) -> UnsafeMutablePointer<Double> { rows + sample * width }

  /// What `sum` computed last.
  var lastSum: UnsafePointer<Double> { UnsafePointer(total) }

  /// The sum of the rows of `width` numbers of the first `samples` samples; valid until the next call.
  @discardableResult
  func sum(samples: Int, width: Int) -> UnsafePointer<Double> {
    SampleTree.sum(rows, count: samples, width: width, into: total, levels: levels)
    return lastSum
  }
}
