import Martlet
import Synchronization

/// A metric that reads the allocation count whenever the workers compute a shard's loss.
///
/// Between the first and the last reading, only training steps run.
struct AllocationProbe: Metric {
  static let name = "allocations"
  static let largerIsBetter = false
  /// For a test of the count: allocates per sample.
  static let isAllocating = CommandLine.arguments.contains("--allocating")

  func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    StepWatch.look()
    for sample in 0..<outputs.samples {
      if Self.isAllocating { UnsafeMutablePointer<Float>.allocate(capacity: 1).deallocate() }
      values[sample] = 0
    }
  }
}

/// The allocation counts of the first and the last reading.
enum StepWatch {
  private static let none = -1
  private static let first = Atomic(none)
  private static let last = Atomic(none)

  static func look() {
    let count = allocationCount.load(ordering: .relaxed)
    _ = first.compareExchange(expected: none, desired: count, ordering: .relaxed)
    last.store(count, ordering: .relaxed)
  }

  /// The allocations between the readings since the last call.
  static func take() -> Int {
    last.exchange(none, ordering: .relaxed) - first.exchange(none, ordering: .relaxed)
  }
}

/// Sums the allocations of all groups of steps; between groups callbacks may allocate.
final class AllocationSum: Callback {
  private(set) var allocations = 0

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { allocations += StepWatch.take() }
}
