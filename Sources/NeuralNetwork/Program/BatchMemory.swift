/// The memory of a program for a whole batch: what is needed across phases, for every sample, and the statistics of batch
/// operations. Workers share it.
package final class BatchMemory: @unchecked Sendable {
  // Sendable: in a phase each task writes the part of its own samples, and the statistics change between phases.
  let buffer: FloatBuffer
  let layout: BatchLayout

  /// - Parameter capacity: the most samples of a batch.
  package init(for program: Program, capacity: Int) {
    layout = BatchLayout(program, capacity: capacity)
    buffer = FloatBuffer(count: layout.count)
  }

  /// The floats of the memory.
  package static func count(for program: Program, capacity: Int) -> Int {
    BatchLayout(program, capacity: capacity).count
  }

  /// `BatchOperation.statisticsCount` floats of one operation.
  package func statistics(of placed: PlacedOperation) -> UnsafeMutablePointer<Float> {
    buffer.start + layout.statistics + placed.statisticsOffset
  }
}

/// Where everything is in the memory of a batch, in floats from its start.
struct BatchLayout {
  /// A slot: its first float, and the floats of a sample.
  struct Slot {
    let offset: Int
    let count: Int
  }

  let slots: [Slot]
  /// For each operation `Operation.keptBytes` of each sample; nil if a worker has them.
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
