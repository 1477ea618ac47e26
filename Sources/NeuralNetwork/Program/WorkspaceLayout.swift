/// The layout of a workspace, in float offsets.
struct WorkspaceLayout {
  struct Place {
    /// Unused if it is in the batch's memory.
    let kept: Int
    /// Likewise.
    let keptGradient: Int
    let constants: Int
    /// The index of its first entry in `addresses`.
    let firstAddress: Int
  }

  let plan: BufferPlan
  /// The offset of each slot of a worker.
  let slots: [Int]
  let operations: [Place]
  /// The target of each entry of the operations' frames: see `Frame.addresses`.
  let addresses: [BufferPlan.Place?]
  /// Shared by all operations: valid within a call.
  let scratch: Int
  /// The levels of the sums over shards.
  let levels: Int
  let count: Int

  var addressCount: Int { addresses.count }

  /// The addresses in the batch's memory, and their slots there.
  var moving: [(address: Int, slot: Int)] {
    addresses.enumerated().compactMap { index, place in
      place.flatMap { $0.storage == .batch ? (index, $0.slot) : nil }
    }
  }

  /// - Parameters:
  ///   - capacity: the maximum number of samples in a pass.
  ///   - batch: the maximum number of samples in a batch, whose variable gradients may be computed separately.
  init(_ program: Program, capacity: Int, shards: Int, batch: Int) {
    let plan = BufferPlan(program)
    var offset = 0
    func reserve(_ count: Int) -> Int {
      defer { offset += FloatBuffer.aligned(count) }
      return offset
    }
    var addresses: [BufferPlan.Place?] = []
    slots = plan.slots[BufferPlan.Storage.worker.rawValue].map { reserve(capacity * $0) }
    operations = program.operations.enumerated().map { index, placed in
      let firstAddress = addresses.count
      addresses += [plan.values[placed.output], plan.gradients[placed.output]]
      for (input, value) in placed.inputs.enumerated() {
        addresses += [plan.values[value], plan.contributions[index][input]]
      }
      func reserveKept(_ bytes: Int, in storage: BufferPlan.Storage) -> Int {
        reserve(storage == .batch ? 0 : (capacity * bytes + 3) / 4)
      }
      return Place(
        kept: reserveKept(placed.operation.keptBytes, in: plan.kept[index]),
        keptGradient: reserveKept(placed.operation.keptGradientBytes, in: plan.keptGradients[index]),
        constants: reserve(placed.operation.constantCount), firstAddress: firstAddress)
    }
    let samples = program.hasSeparateVariableGradients ? max(capacity, batch) : capacity
    scratch = reserve(
      program.operations.map {
        max(
          $0.operation.scratchCount(samples: samples),
          $0.treeOperation?.treeScratchCount(samples: samples, shards: shards) ?? 0)
      }.max() ?? 0)
    let summed = program.operations.filter {
      program.mode == .training && $0.treeOperation == nil && !program.hasSeparateVariableGradients
    }
    levels = reserve(summed.map { ShardBounds.levelsCount(of: $0.variableCount, shards: shards) }.max() ?? 0)
    self.plan = plan
    self.addresses = addresses
    count = offset
  }
}
