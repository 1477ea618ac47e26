/// The memory of a program for a whole batch, shared by workers: values that live across phases, for every sample, and
/// the statistics of batch operations.
package final class BatchMemory: @unchecked Sendable {
  // Sendable: in a phase each task writes the part of its own samples; statistics change between phases.
  let buffer: FloatBuffer
  let layout: BatchLayout

  /// - Parameter capacity: the maximum number of samples in a batch.
  package init(for program: Program, capacity: Int) {
    layout = BatchLayout(program, capacity: capacity)
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

/// The layout of a batch's memory, in float offsets.
struct BatchLayout {
  /// A slot: its offset and the floats per sample.
  struct Slot {
    let offset: Int
    let count: Int
  }

  let slots: [Slot]
  /// For each operation the offset of `Operation.keptBytes` per sample; nil if it is in the memory of a worker.
  let kept: [Int?]
  let statistics: Int
  let count: Int

  init(_ program: Program, capacity: Int) {
    let plan = BufferPlan(program)
    var offset = 0
    func reserve(_ count: Int) -> Int {
      defer { offset += FloatBuffer.aligned(count) }
      return offset
    }
    slots = plan.slots[BufferPlan.Storage.batch.rawValue].map { Slot(offset: reserve(capacity * $0), count: $0) }
    kept = zip(program.operations, plan.kept).map { placed, storage in
      storage == .batch ? reserve((capacity * placed.operation.keptBytes + 3) / 4) : nil
    }
    statistics = reserve(program.statisticsCount)
    count = offset
  }
}
