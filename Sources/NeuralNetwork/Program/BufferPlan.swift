/// The buffer assignment of a program's values and gradients: buffers with disjoint lifetimes share memory.
///
/// Time runs over the operations, 0 to n − 1, the loss at n, the operations in reverse order, n + 1 to 2n, and separate
/// variable gradients at 2n + 1. A buffer is allocated when its contents are computed, and free after the last read.
///
/// Batch operations divide time into phases: all samples of a batch pass one phase before the next begins. A buffer
/// whose lifetime is within one phase is part of a worker's memory, and reused for its next samples; one that lives
/// across phases exists for every sample of the batch.
struct BufferPlan {
  /// A buffer.
  struct Place: Equatable {
    let storage: Storage
    /// The index among the slots of its storage.
    let slot: Int
    /// The number of floats per sample.
    let count: Int
  }

  enum Storage: Int {
    case worker
    case batch
  }

  /// The floats per sample of each slot, by storage.
  private(set) var slots: [[Int]] = [[], []]
  /// The place of each value; nil if it is not computed.
  private(set) var values: [Place?]
  /// The place of each value's gradient; nil if it is not computed.
  private(set) var gradients: [Place?]
  /// For each operation and input, the place where it writes the input's gradient: the gradient's own place if it is
  /// the first writer in the backward pass, else a separate place, to be added. Nil if it is not computed.
  private(set) var contributions: [[Place?]]
  /// For each operation, the storage of `Operation.keptBytes`, and of `Operation.keptGradientBytes`.
  private(set) var kept: [Storage]
  private(set) var keptGradients: [Storage]

  init(_ program: Program) {
    values = Array(repeating: nil, count: program.values.count)
    gradients = Array(repeating: nil, count: program.values.count)
    contributions = program.operations.map { $0.inputs.map { _ in nil } }
    let phases = Phases(program)
    kept = program.operations.indices.map {
      program.mode == .training && phases.ofForward($0) != phases.ofBackward($0)
        || program.hasSeparateVariableGradients(of: $0) ? .batch : .worker
    }
    keptGradients = program.operations.indices.map {
      program.hasSeparateVariableGradients(of: $0) ? .batch : .worker
    }
    let lifetimes = Lifetimes(program, phases)
    var free: [[Int]] = [[], []]
    var occupied: [(storage: Storage, slot: Int, end: Int)] = []
    for buffer in lifetimes.buffers {
      for ended in occupied where ended.end < buffer.start { free[ended.storage.rawValue].append(ended.slot) }
      occupied.removeAll { $0.end < buffer.start }
      // The samples of a whole batch are contiguous only in a slot of their own size.
      let isExact = buffer.storage == .batch && buffer.end > 2 * program.operations.count
      let slot = takeSlot(
        of: buffer.count, isExact: isExact, in: buffer.storage.rawValue, from: &free[buffer.storage.rawValue])
      occupied.append((buffer.storage, slot, buffer.end))
      let place = Place(storage: buffer.storage, slot: slot, count: buffer.count)
      switch buffer.contents {
      case .value(let value): values[value] = place
      case .gradient(let value): gradients[value] = place
      case .contribution(let operation, let input): contributions[operation][input] = place
      }
    }
    for (operation, placed) in program.operations.enumerated() {
      for (input, value) in placed.inputs.enumerated() where lifetimes.writesFirst.contains([operation, input]) {
        contributions[operation][input] = gradients[value]
      }
    }
  }

  /// The smallest free slot of at least `count` floats; else the largest, which grows; else a new one. If `isExact`, a
  /// free slot of `count` floats, else a new one.
  private mutating func takeSlot(of count: Int, isExact: Bool, in storage: Int, from free: inout [Int]) -> Int {
    let sizes = slots[storage]
    let usable = free.filter { !isExact || sizes[$0] == count }
    let fitting = usable.filter { sizes[$0] >= count }.min { (sizes[$0], $0) < (sizes[$1], $1) }
    guard let slot = fitting ?? usable.max(by: { (sizes[$0], $1) < (sizes[$1], $0) }) else {
      slots[storage].append(count)
      return sizes.count
    }
    slots[storage][slot] = max(sizes[slot], count)
    free.removeAll { $0 == slot }
    return slot
  }
}

/// The phase of each operation's passes: with b batch operations, segment s has its forward pass in phase s and its
/// backward pass in phase 2b − s; the last segment's two passes and the loss are one phase.
private struct Phases {
  private let segments: [Int]
  private let batchOperations: Int
  private let isBatchOperation: [Bool]

  init(_ program: Program) {
    segments = program.segments.enumerated().flatMap { segment, range in range.map { _ in segment } }
    batchOperations = program.segments.count - 1
    isBatchOperation = program.operations.map { $0.batchOperation != nil }
  }

  func ofForward(_ operation: Int) -> Int { segments[operation] }

  /// The phase in which an operation computes the gradients of its inputs. A batch operation does so after its sums are
  /// complete, with the segment before it.
  func ofBackward(_ operation: Int) -> Int {
    2 * batchOperations - segments[operation] + (isBatchOperation[operation] ? 1 : 0)
  }

  /// The phase of the loss.
  var ofLoss: Int { batchOperations }
  /// The phase of separate variable gradients, after all others.
  var ofVariables: Int { 2 * batchOperations + 1 }
}

/// The lifetimes of a program's buffers.
private struct Lifetimes {
  enum Contents {
    case value(Int)
    case gradient(Int)
    case contribution(operation: Int, input: Int)
  }

  struct Buffer {
    let contents: Contents
    let count: Int
    let start: Int
    let end: Int
    let storage: BufferPlan.Storage
  }

  /// In the order of allocation.
  private(set) var buffers: [Buffer] = []
  /// The [operation, input] that write a gradient first.
  private(set) var writesFirst: Set<[Int]> = []

  init(_ program: Program, _ phases: Phases) {
    appendValues(program, phases)
    if program.mode == .training { appendGradients(program, phases) }
    buffers.sort { ($0.start, $0.end, $0.count) < ($1.start, $1.end, $1.count) }
  }

  private mutating func appendValues(_ program: Program, _ phases: Phases) {
    let count = program.operations.count
    var uses = program.values.map { _ in (times: [Int](), phases: Set<Int>()) }
    func use(_ value: Int, _ time: Int, _ phase: Int) {
      uses[value].times.append(time)
      uses[value].phases.insert(phase)
    }
    use(0, -1, 0)
    use(program.output, count, phases.ofLoss)
    for (index, placed) in program.operations.enumerated() {
      for input in placed.inputs { use(input, index, phases.ofForward(index)) }
      use(placed.output, index, phases.ofForward(index))
      guard program.mode == .training, program.values[placed.output].needsGradient else { continue }
      var reads = [(2 * count - index, phases.ofBackward(index))]
      if program.hasSeparateVariableGradients(of: index) { reads.append((2 * count + 1, phases.ofVariables)) }
      for (time, phase) in reads {
        if placed.operation.backwardReads.contains(.inputs) { for input in placed.inputs { use(input, time, phase) } }
        if placed.operation.backwardReads.contains(.output) { use(placed.output, time, phase) }
      }
    }
    for (value, uses) in uses.enumerated() {
      buffers.append(
        Buffer(
          contents: .value(value), count: program.values[value].count, start: uses.times.min() ?? 0,
          end: uses.times.max() ?? 0, storage: uses.phases.count > 1 ? .batch : .worker))
    }
  }

  private mutating func appendGradients(_ program: Program, _ phases: Phases) {
    let count = program.operations.count
    // The first write of each value's gradient, in the order of the backward pass.
    var written: [Int: (time: Int, phase: Int)] = [:]
    if program.values[program.output].needsGradient { written[program.output] = (count, phases.ofLoss) }
    for (index, placed) in program.operations.enumerated().reversed() {
      let (time, phase) = (2 * count - index, phases.ofBackward(index))
      if let first = written[placed.output] {
        let isKept = program.hasSeparateVariableGradients(of: index)
        buffers.append(
          Buffer(
            contents: .gradient(placed.output), count: program.values[placed.output].count, start: first.time,
            end: isKept ? 2 * count + 1 : time, storage: first.phase == phase && !isKept ? .worker : .batch))
      }
      for (input, value) in placed.inputs.enumerated() where program.values[value].needsGradient {
        if written[value] == nil {
          written[value] = (time, phase)
          writesFirst.insert([index, input])
        } else {
          buffers.append(
            Buffer(
              contents: .contribution(operation: index, input: input), count: program.values[value].count,
              start: time, end: time, storage: .worker))
        }
      }
    }
    if let first = written[0] {
      // No operation reads the gradient of the model's input: it is a result.
      buffers.append(
        Buffer(
          contents: .gradient(0), count: program.values[0].count, start: first.time, end: 2 * count + 1,
          storage: .worker))
    }
  }
}
