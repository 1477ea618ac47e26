import Kernels

/// The memory of one thread for a program over some shards of a batch at a time.
package final class Workspace {
  package let program: Program
  /// The maximum number of samples in a pass.
  package let capacity: Int
  /// The maximum number of shards.
  package let shardCapacity: Int
  /// The division of the current samples.
  package private(set) var shards: ShardBounds
  /// The current pass.
  package var pass = Pass.inference
  /// The index in the batch of the first current sample.
  package private(set) var firstPosition = 0
  /// The factor of the gradient of each sample's penalties: 1 / (samples of the batch), as that of the loss.
  package var penaltyScale: Float = 0
  /// The weights computed by `Program.foldings`; nil in programs without foldings.
  package var folded: UnsafePointer<Float>?

  private let shardEnds: UnsafeMutablePointer<Int32>
  private let buffer: FloatBuffer
  private let layout: WorkspaceLayout
  /// The memory that workers share.
  private let batch: BatchMemory
  /// The frame addresses of each operation.
  private let addresses: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  /// The addresses that depend on the current samples, and their slots in the batch's memory.
  private let moving: [(address: Int, slot: Int)]
  private let kernels: KernelSet
  /// The indices of the operations that compute penalties of activities.
  private let penalties: [Int]

  /// - Parameters:
  ///   - capacity: the maximum number of samples in a pass.
  ///   - shards: the maximum number of shards in a pass; in the batch if the program has separate variable gradients.
  ///   - batch: the batch memory shared by workers; its own if nil.
  package init(
    for program: Program, capacity: Int, shards shardCapacity: Int = 1, batch: BatchMemory? = nil, kernels: KernelSet
  ) {
    self.program = program
    self.capacity = capacity
    self.shardCapacity = shardCapacity
    self.kernels = kernels
    penalties = program.operations.indices.filter { program.operations[$0].operation is ActivityPenaltyOperation }
    shardEnds = .allocate(capacity: shardCapacity)
    shardEnds.initialize(repeating: Int32(capacity), count: shardCapacity)
    shards = ShardBounds(ends: shardEnds, count: 1)
    let batch = batch ?? BatchMemory(for: program, capacity: capacity)
    layout = WorkspaceLayout(program, capacity: capacity, shards: shardCapacity, batch: batch.capacity)
    buffer = FloatBuffer(count: layout.count)
    addresses = .allocate(capacity: max(layout.addressCount, 1))
    addresses.initialize(repeating: nil, count: max(layout.addressCount, 1))
    self.batch = batch
    moving = layout.moving
    fillAddresses()
    for (placed, place) in zip(program.operations, layout.operations) {
      placed.operation.prepare(buffer.start + place.constants)
    }
  }

  deinit {
    shardEnds.deallocate()
    addresses.deallocate()
  }

  /// The number of floats of a workspace's values and gradients, without scratch memory.
  package static func valueCount(for program: Program, capacity: Int) -> Int {
    WorkspaceLayout(program, capacity: capacity, shards: 1, batch: capacity).scratch
  }

  /// The number of floats in a workspace.
  ///
  /// - Parameter batch: the maximum number of samples in a batch; `capacity` if nil.
  package static func count(for program: Program, capacity: Int, shards: Int, batch: Int? = nil) -> Int {
    WorkspaceLayout(program, capacity: capacity, shards: shards, batch: batch ?? capacity).count
  }

  /// Sets the division of the next samples into shards.
  ///
  /// - Parameters:
  ///   - first: the index in the batch of the first sample.
  ///   - end: the index after the last sample of a shard, relative to `first`.
  package func divide(into count: Int, first: Int = 0, end: (_ shard: Int) -> Int) {
    setShards(count, first: first, end: end)
    precondition(shards.samples <= capacity, "got \(shards.samples) samples, the workspace has room for \(capacity)")
  }

  /// Sets the division of a whole batch into shards, for its separate variable gradients.
  package func divideBatch(into count: Int, end: (_ shard: Int) -> Int) {
    setShards(count, first: 0, end: end)
    precondition(
      program.hasSeparateVariableGradients && shards.samples <= batch.capacity,
      "got \(shards.samples) samples, the batch has room for \(batch.capacity)")
  }

  private func setShards(_ count: Int, first: Int, end: (_ shard: Int) -> Int) {
    precondition(count <= shardCapacity, "got \(count) shards, the workspace has room for \(shardCapacity)")
    for shard in 0..<count { shardEnds[shard] = Int32(end(shard)) }
    shards = ShardBounds(ends: shardEnds, count: count)
    firstPosition = first
    for entry in moving { addresses[entry.address] = batchAddress(entry.slot) }
  }

  /// (samples, input…): the caller fills it before `forward`.
  package var input: UnsafeMutablePointer<Float> { required(layout.plan.values[0]) }

  /// (samples, output…): written by the last operation.
  package var output: UnsafeMutablePointer<Float> { required(layout.plan.values[program.output]) }

  /// (samples, output…): the caller fills it before `backward`.
  package var outputGradient: UnsafeMutablePointer<Float> { required(layout.plan.gradients[program.output]) }

  /// (samples, input…): the gradient of the input, in programs that compute it.
  var inputGradient: UnsafeMutablePointer<Float> { required(layout.plan.gradients[0]) }

  private func required(_ place: BufferPlan.Place?) -> UnsafeMutablePointer<Float> {
    guard let place else { preconditionFailure("the program does not compute this value") }
    return address(place)
  }

  private func address(_ place: BufferPlan.Place) -> UnsafeMutablePointer<Float> {
    place.storage == .worker ? buffer.start + layout.slots[place.slot] : batchAddress(place.slot)
  }

  /// The part of a batch memory slot for the current samples. Other tasks use other parts of the slot, whichever buffer
  /// it currently holds.
  private func batchAddress(_ slot: Int) -> UnsafeMutablePointer<Float> {
    let slot = batch.layout.slots[slot]
    return batch.buffer.start + slot.offset + firstPosition * slot.count
  }

  private func fillAddresses() {
    for (index, place) in layout.addresses.enumerated() { addresses[index] = place.map { address($0) } }
  }

  private func kept(_ index: Int) -> UnsafeMutableRawPointer {
    kept(
      in: batch.layout.kept[index], or: layout.operations[index].kept, program.operations[index].operation.keptBytes)
  }

  private func keptGradient(_ index: Int) -> UnsafeMutableRawPointer {
    kept(
      in: batch.layout.keptGradients[index], or: layout.operations[index].keptGradient,
      program.operations[index].operation.keptGradientBytes)
  }

  /// The part of what an operation keeps for the current samples: in the batch's memory, or else in the worker's.
  private func kept(in batchOffset: Int?, or offset: Int, _ bytesPerSample: Int) -> UnsafeMutableRawPointer {
    guard let batchOffset else { return UnsafeMutableRawPointer(buffer.start + offset) }
    return UnsafeMutableRawPointer(batch.buffer.start + batchOffset) + firstPosition * bytesPerSample
  }

  private func frame(
    _ index: Int, _ variables: UnsafePointer<Float>, _ state: UnsafePointer<Float>,
    _ gradients: Frame.Gradients = .all
  ) -> Frame {
    let (placed, place) = (program.operations[index], layout.operations[index])
    let weights: UnsafePointer<Float>
    if let folding = placed.folding {
      guard let folded else { preconditionFailure("the folded weights are not set") }
      weights = folded + folding.offset
    } else {
      weights = (placed.isFrozen ? state : variables) + placed.variableOffset
    }
    return Frame(
      shards: shards, pass: pass, firstPosition: firstPosition, variables: weights,
      state: state + placed.stateOffset, kept: kept(index), keptGradient: keptGradient(index),
      scratch: buffer.start + layout.scratch, constants: buffer.start + place.constants,
      statistics: batch.statistics(of: placed), penaltyScale: penaltyScale, gradients: gradients,
      addresses: addresses + place.firstAddress)
  }
}

// MARK: - Passes

extension Workspace {
  /// Computes a segment of the program for the current samples; the first one from `input`, the last one to `output`.
  ///
  /// - Parameters:
  ///   - variables: the flat buffer of all trainable variables.
  ///   - state: the flat buffer of all others.
  ///   - rows: (samples, sumCount) of the batch operation that begins the next segment, overwritten; nil after the
  ///     last.
  package func forward(
    segment: Int = 0, variables: UnsafePointer<Float>, state: UnsafePointer<Float>,
    rows: UnsafeMutablePointer<Double>? = nil
  ) {
    for index in program.segments[segment] { forward(index, variables: variables, state: state) }
    if let rows, segment + 1 < program.segments.count {
      let index = program.segments[segment + 1].lowerBound
      program.operations[index].batchOperation?.forwardSums(frame(index, variables, state), rows: rows)
    }
  }

  /// Computes the variable gradients of a segment, after the segments that follow it; the last one from
  /// `outputGradient`.
  ///
  /// - Parameters:
  ///   - gradients: overwritten for the segment's variables with the sums over the samples of each shard, summed in the
  ///     order of `ShardTree`; laid out as `variables`. Those of a batch operation are excluded. Unused in a program
  ///     with separate variable gradients.
  ///   - rows: (samples, sumCount) of the batch operation that begins the segment, overwritten; nil for the first.
  package func backward(
    segment: Int = 0, variables: UnsafePointer<Float>, state: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, rows: UnsafeMutablePointer<Double>? = nil
  ) {
    if segment + 1 < program.segments.count {
      // The batch operation after the segment, whose sums are complete now.
      let next = program.segments[segment + 1].lowerBound
      backward(next, variables: variables, state: state, gradients: gradients)
    }
    let range = program.segments[segment]
    let batchOperation = program.batchOperation(ofSegment: segment)?.batchOperation
    for index in (batchOperation == nil ? range : range.dropFirst()).reversed() {
      backward(index, variables: variables, state: state, gradients: gradients)
    }
    if let rows, let batchOperation, program.values[program.operations[range.lowerBound].output].needsGradient {
      batchOperation.backwardSums(frame(range.lowerBound, variables, state), rows: rows)
    }
  }

  /// Adds the penalties of the activities of the current samples, which `forward` computed, to the loss of each.
  package func addPenalties(to losses: SampleColumn) {
    for index in penalties {
      let values = ActivityPenaltyOperation.penalties(kept(index), samples: shards.samples)
      for sample in 0..<shards.samples { losses[sample] += values[sample] }
    }
  }

  /// Computes one operation of `forward`.
  package func forward(_ index: Int, variables: UnsafePointer<Float>, state: UnsafePointer<Float>) {
    program.operations[index].operation.forward(frame(index, variables, state))
  }

  /// Computes one operation of `backward`.
  package func backward(
    _ index: Int, variables: UnsafePointer<Float>, state: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    let placed = program.operations[index]
    guard program.values[placed.output].needsGradient else { return }
    let sumsVariables = program.hasVariableGradients(of: index) && !program.hasSeparateVariableGradients
    let frame = frame(index, variables, state, sumsVariables ? .all : .ofInputs)
    placed.operation.beginBackward(frame)
    if sumsVariables { sumVariableGradients(placed, frame, into: gradients + placed.variableOffset) }
    placed.operation.inputGradients(frame)
    addContributions(index)
  }

  /// Computes a part of the variable gradients of the batch set by `divideBatch`, after its passes.
  ///
  /// - Parameter gradients: overwritten for the part; laid out as `variables`.
  package func variableGradients(
    _ task: VariableGradientTasks.Task, variables: UnsafePointer<Float>, state: UnsafePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>
  ) {
    let placed = program.operations[task.operation]
    let (frame, target) = (frame(task.operation, variables, state, .ofVariables), gradients + placed.variableOffset)
    if let operation = placed.treeOperation {
      operation.variableGradients(frame, part: task.part, into: target)
    } else {
      placed.operation.variableGradients(
        frame, samples: shards.range(ofShard: task.shard), part: task.part, into: target)
    }
  }

  private func sumVariableGradients(
    _ placed: PlacedOperation, _ frame: Frame, into gradients: UnsafeMutablePointer<Float>
  ) {
    if let operation = placed.treeOperation {
      operation.variableGradients(frame, part: .whole, into: gradients)
    } else {
      shards.sum(
        into: gradients, count: placed.variableCount, levels: buffer.start + layout.levels, kernels: kernels
      ) { samples, sum in
        placed.operation.variableGradients(frame, samples: samples, part: .whole, into: sum)
      }
    }
  }

  /// Adds the gradients of inputs that have several readers.
  private func addContributions(_ index: Int) {
    for (input, value) in program.operations[index].inputs.enumerated() {
      guard let part = layout.plan.contributions[index][input], let whole = layout.plan.gradients[value],
        part != whole
      else { continue }
      let total = address(whole)
      kernels.sumShards(
        total, stride: address(part) - total, shardCount: 2, total: total,
        count: shards.samples * program.values[value].count)
    }
  }
}
