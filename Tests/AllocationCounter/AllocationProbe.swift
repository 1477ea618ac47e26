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

/// The least and the largest of the allocation counts that were read: a thread may be late to report its reading.
enum StepWatch {
  private static let least = Atomic(Int.max)
  private static let largest = Atomic(Int.min)

  static func look() {
    let count = allocationCount.load(ordering: .relaxed)
    least.min(count, ordering: .relaxed)
    largest.max(count, ordering: .relaxed)
  }

  /// The allocations between the readings since the last call.
  static func take() -> Int {
    let (first, last) = (least.exchange(.max, ordering: .relaxed), largest.exchange(.min, ordering: .relaxed))
    return first <= last ? last - first : 0
  }
}

/// Sums the allocations of all groups of steps; between groups callbacks may allocate.
final class AllocationSum: Callback {
  private(set) var allocations = 0

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { allocations += StepWatch.take() }
}
