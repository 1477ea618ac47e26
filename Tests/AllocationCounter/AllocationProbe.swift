import Martlet
import Synchronization

/// A metric that looks at the count of allocations whenever the workers compute a shard's loss.
///
/// Between the first look and the last one, nothing but training steps happens.
struct AllocationProbe: Metric {
  static let name = "allocations"
  static let largerIsBetter = false
  /// For a test of the count: allocates for each sample.
  static let isAllocating = CommandLine.arguments.contains("--allocating")

  func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    StepWatch.look()
    for sample in 0..<outputs.samples {
      if Self.isAllocating { UnsafeMutablePointer<Float>.allocate(capacity: 1).deallocate() }
      values[sample] = 0
    }
  }
}

/// The count of allocations at the first and at the last look.
enum StepWatch {
  private static let none = -1
  private static let first = Atomic(none)
  private static let last = Atomic(none)

  static func look() {
    let count = allocationCount.load(ordering: .relaxed)
    _ = first.compareExchange(expected: none, desired: count, ordering: .relaxed)
    last.store(count, ordering: .relaxed)
  }

  /// The allocations between the looks since the last call.
  static func take() -> Int {
    last.exchange(none, ordering: .relaxed) - first.exchange(none, ordering: .relaxed)
  }
}

/// Adds up the allocations of all bursts of steps; between bursts callbacks may allocate as they like.
final class AllocationSum: Callback {
  private(set) var allocations = 0

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { allocations += StepWatch.take() }
}
