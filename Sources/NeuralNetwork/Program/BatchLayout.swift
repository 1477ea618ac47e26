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
  /// Likewise, of `Operation.keptGradientBytes`.
  let keptGradients: [Int?]
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
    keptGradients = zip(program.operations, plan.keptGradients).map { placed, storage in
      storage == .batch ? reserve((capacity * placed.operation.keptGradientBytes + 3) / 4) : nil
    }
    statistics = reserve(program.statisticsCount)
    count = offset
  }
}
