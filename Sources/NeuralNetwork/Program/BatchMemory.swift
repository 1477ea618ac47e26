/// The memory of a program for a whole batch, shared by workers: values that live across phases, for every sample, and
/// the statistics of batch operations.
package final class BatchMemory: @unchecked Sendable {
  // Sendable: in a phase each task writes the part of its own samples; statistics change between phases.
  let buffer: FloatBuffer
  let layout: BatchLayout
  /// The maximum number of samples in a batch.
  let capacity: Int

  /// - Parameter capacity: the maximum number of samples in a batch.
  package init(for program: Program, capacity: Int) {
    layout = BatchLayout(program, capacity: capacity)
    self.capacity = capacity
    buffer = FloatBuffer(count: layout.count)
  }

  /// The number of floats in the memory.
  package static func count(for program: Program, capacity: Int) -> Int {
    BatchLayout(program, capacity: capacity).count
  }

  /// `BatchOperation.statisticsCount` floats of one operation.
  package func statistics(of placed: PlacedOperation) -> UnsafeMutablePointer<Float> {
    buffer.start + layout.statistics + placed.statisticsOffset
  }
}
