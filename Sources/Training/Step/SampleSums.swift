import NeuralNetwork

/// A row of numbers per sample of a batch, and their sum in a fixed tree with samples as leaves.
final class SampleSums: @unchecked Sendable {
  // Sendable: each task writes the rows of its own samples; the sum is computed after all tasks.
  private let rows: UnsafeMutablePointer<Double>
  private let total: UnsafeMutablePointer<Double>
  private let levels: UnsafeMutablePointer<Double>

  /// - Parameter width: the maximum number of values per row.
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

  /// The rows of `width` numbers, starting at a sample of the batch.
  func rows(from sample: Int, width: Int) -> UnsafeMutablePointer<Double> { rows + sample * width }

  /// The last result of `sum`.
  var lastSum: UnsafePointer<Double> { UnsafePointer(total) }

  /// Sums the rows of `width` numbers of the first `samples` samples; the result is valid until the next call.
  @discardableResult
  func sum(samples: Int, width: Int) -> UnsafePointer<Double> {
    SampleTree.sum(rows, count: samples, width: width, into: total, levels: levels)
    return lastSum
  }
}
