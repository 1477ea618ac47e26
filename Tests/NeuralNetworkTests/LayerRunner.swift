import Kernels

@testable import NeuralNetwork

/// Runs a single layer, with variables and gradients in Keras' order.
struct LayerRunner {
  let plan: ModelPlan
  let inputShapes: [Shape]
  let kernels: KernelSet

  /// - Parameters:
  ///   - inputs: the sample shape of each input.
  ///   - layerIndex: the index of a layer with one input in its model, after layers that compute the identity.
  ///   - isTrainable: whether the layer is trainable.
  init(
    _ layer: any Layer, inputs: [Shape], layerIndex: Int = 0, isTrainable: Bool = true,
    kernels: KernelSet = InstructionSet.bestSupported.kernels
  ) throws {
    inputShapes = inputs
    self.kernels = kernels
    guard inputs.count > 1 else {
      let nothing = [any Layer](repeating: Activation(.linear), count: layerIndex)
      var model = Model(nothing)
      model.append(layer, isTrainable: isTrainable)
      plan = try model.plan(inputShape: inputs[0], needsWeights: false)
      return
    }
    var model = Model()
    var first = 0
    var slices: [Model.Source] = []
    for shape in inputs {
      slices.append(model.append(InputSlice(first: first, shape: shape), inputs: [.input]))
      first += shape.count
    }
    model.append(layer, inputs: slices, isTrainable: isTrainable)
    plan = try model.plan(inputShape: [first], needsWeights: false)
  }

  struct Result: Equatable {
    var output: [Float] = []
    var inputGradients: [[Float]] = []
    /// The gradients of the trainable variables.
    var variableGradients: [[Float]] = []
    /// The next values of the other variables.
    var nextState: [[Float]] = []
  }

  /// The division of samples into shards.
  struct Division {
    var shards = 1
    /// The number of shards computed at a time.
    var groupSize = 1
    /// The number of slices of the wide plan; nil for the compact one.
    var slices: Int?

    fileprivate var groups: Int { (shards + groupSize - 1) / groupSize }
  }

  /// - Parameters:
  ///   - inputs: the values of each input.
  ///   - variables: the values of all variables.
  ///   - outputGradient: (samples, output…); nil for the forward pass only.
  func run(
    _ inputs: [[Float]], variables: [[Float]], outputGradient: [Float]? = nil, division: Division = Division(),
    pass: Pass = Pass(mode: .training)
  ) throws -> Result {
    let run = try LayerRun(
      self, samples: inputs[0].count / inputShapes[0].count, division: division, pass: pass,
      hasBackward: outputGradient != nil)
    for (index, values) in variables.enumerated() { run.set(values, of: index) }
    return run.run(joined(inputs, samples: run.samples), outputGradient: outputGradient)
  }

  /// The inputs, interleaved by sample.
  private func joined(_ inputs: [[Float]], samples: Int) -> [Float] {
    (0..<samples).flatMap { sample in
      zip(inputs, inputShapes).flatMap { $0[sample * $1.count..<(sample + 1) * $1.count] }
    }
  }

  /// The parts of the model's input.
  fileprivate func parts(_ values: [Float], samples: Int) -> [[Float]] {
    var first = 0
    return inputShapes.map { shape in
      defer { first += shape.count }
      return (0..<samples).flatMap { sample in
        values[(sample * plan.inputShape.count + first)...].prefix(shape.count)
      }
    }
  }
}

/// A run of a layer: the phases of a training step in order.
private final class LayerRun {
  let samples: Int
  private let runner: LayerRunner
  private let division: LayerRunner.Division
  private var program: Program
  private let batch: BatchMemory
  private let workspace: Workspace
  /// Another worker's, which computes separate variable gradients.
  private let other: Workspace
  private let rows: RowSums
  private let variables: FloatBuffer
  private let state: FloatBuffer
  private let nextState: FloatBuffer
  /// A buffer of all trainable variables per group of shards.
  private let gradients: FloatBuffer
  private let hasBackward: Bool

  init(_ runner: LayerRunner, samples: Int, division: LayerRunner.Division, pass: Pass, hasBackward: Bool) throws {
    let plan = runner.plan
    self.runner = runner
    self.samples = samples
    self.division = division
    self.hasBackward = hasBackward
    program = try plan.compile(
      mode: pass.mode, kernels: runner.kernels, leavesSoftmax: false, inputNeedsGradient: pass.mode == .training)
    program.hasSeparateVariableGradients = division.slices != nil && pass.mode == .training
    batch = BatchMemory(for: program, capacity: samples)
    workspace = Workspace(
      for: program, capacity: samples, shards: division.groupSize, batch: batch, kernels: runner.kernels)
    other = Workspace(for: program, capacity: 1, shards: division.shards, batch: batch, kernels: runner.kernels)
    other.pass = pass
    workspace.pass = pass
    rows = RowSums(samples: samples, width: program.sumCount)
    variables = FloatBuffer(count: plan.trainableCount)
    (state, nextState) = (FloatBuffer(count: plan.stateCount), FloatBuffer(count: plan.stateCount))
    let groups = division.slices == nil ? division.groups : division.shards
    gradients = FloatBuffer(count: groups * plan.trainableCount)
    // Outputs that must be overwritten start with other values; whole gradients are the first group's.
    gradients.start.update(repeating: 77, count: gradients.count)
    for (index, placed) in program.operations.enumerated() where program.hasWholeGradients(of: index) {
      for group in 1..<max(groups, 1) {
        (gradients.start + group * plan.trainableCount + placed.variableOffset)
          .update(repeating: -0.0, count: placed.variableCount)
      }
    }
  }

  private func buffer(of variable: Variable) -> FloatBuffer { variable.role == .trainable ? variables : state }

  func set(_ values: [Float], of index: Int) {
    program.store(values, of: index, in: buffer(of: program.plan.variables[index]).start)
  }

  func run(_ input: [Float], outputGradient: [Float]?) -> LayerRunner.Result {
    let last = program.segments.count - 1
    let counts = (input: program.plan.inputShape.count, output: program.plan.outputShape.count)
    var (output, inputGradient) = ([Float](), [Float]())
    for segment in 0...last {
      for group in 0..<groupCount {
        let range = begin(group)
        if segment == 0 {
          input.withUnsafeBufferPointer {
            guard let start = $0.baseAddress else { return }
            workspace.input.update(from: start + range.lowerBound * counts.input, count: range.count * counts.input)
          }
        }
        workspace.forward(
          segment: segment, variables: variables.start, state: state.start,
          rows: rows.start(ofSegment: segment + 1, from: range.lowerBound, in: program))
        guard segment == last else { continue }
        output += UnsafeBufferPointer(start: workspace.output, count: range.count * counts.output)
        guard let outputGradient else { continue }
        outputGradient.withUnsafeBufferPointer {
          guard let start = $0.baseAddress else { return }
          workspace.outputGradient.update(
            from: start + range.lowerBound * counts.output, count: range.count * counts.output)
        }
        backward(segment, group, from: range.lowerBound)
        if segment == 0 { inputGradient += copyInputGradient(range.count) }
      }
      if segment < last { finishForward(segment + 1) }
    }
    if hasBackward {
      finishBackward(last)
      for segment in (0..<last).reversed() {
        for group in 0..<groupCount {
          let range = begin(group)
          backward(segment, group, from: range.lowerBound)
          if segment == 0 { inputGradient += copyInputGradient(range.count) }
        }
        finishBackward(segment)
      }
      if program.hasSeparateVariableGradients { computeVariableGradients() }
    }
    return result(output: output, inputGradient: inputGradient)
  }

  private var groupCount: Int { division.slices ?? division.groups }

  private func computeVariableGradients() {
    other.divideBatch(into: division.shards) { samples * ($0 + 1) / division.shards }
    let tasks = VariableGradientTasks(program, shards: division.shards, workers: division.slices ?? 1)
    for index in 0..<tasks.count(shards: division.shards) {
      let task = tasks.task(index, shards: division.shards)
      let buffer = program.hasWholeGradients(of: task.operation) ? 0 : task.shard
      other.variableGradients(
        task, variables: variables.start, state: state.start,
        into: gradients.start + buffer * program.plan.trainableCount)
    }
  }

  /// Prepares the workspace for a group of shards or a slice.
  ///
  /// - Returns: their samples.
  private func begin(_ group: Int) -> Range<Int> {
    if let slices = division.slices {
      let slice = samples * group / slices..<samples * (group + 1) / slices
      workspace.divide(into: 1, first: slice.lowerBound) { _ in slice.count }
      return slice
    }
    let first = group * division.groupSize
    let count = min(division.groupSize, division.shards - first)
    func end(_ shard: Int) -> Int { samples * shard / division.shards }
    workspace.divide(into: count, first: end(first)) { end(first + $0 + 1) - end(first) }
    return end(first)..<end(first + count)
  }

  private func backward(_ segment: Int, _ group: Int, from position: Int) {
    workspace.backward(
      segment: segment, variables: variables.start, state: state.start,
      gradients: gradients.start + (division.slices == nil ? group * program.plan.trainableCount : 0),
      rows: rows.start(ofSegment: segment, from: position, in: program))
  }

  private func copyInputGradient(_ count: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: workspace.inputGradient, count: count * program.plan.inputShape.count))
  }

  private func finishForward(_ segment: Int) {
    guard let placed = program.batchOperation(ofSegment: segment), let operation = placed.batchOperation else { return }
    operation.finishForward(
      rows.total(width: operation.sumCount), samples: samples, statistics: batch.statistics(of: placed),
      variables: variables.start + placed.variableOffset, state: state.start + placed.stateOffset,
      nextState: nextState.start + placed.stateOffset)
  }

  private func finishBackward(_ segment: Int) {
    guard let placed = program.batchOperation(ofSegment: segment), let operation = placed.batchOperation else { return }
    operation.finishBackward(
      rows.total(width: operation.sumCount), samples: samples, statistics: batch.statistics(of: placed),
      gradients: gradients.start + placed.variableOffset)
  }

  private func result(output: [Float], inputGradient: [Float]) -> LayerRunner.Result {
    let plan = program.plan
    let total = FloatBuffer(count: plan.trainableCount)
    runner.kernels.sumShards(
      gradients.start, stride: plan.trainableCount, shardCount: gradients.count / max(plan.trainableCount, 1),
      total: total.start, count: total.count)
    func values(_ role: VariableSpecification.Role, _ buffer: FloatBuffer) -> [[Float]] {
      plan.variables.indices.filter { plan.variables[$0].role == role }.map { program.values(of: $0, in: buffer.start) }
    }
    guard hasBackward else { return LayerRunner.Result(output: output) }
    return LayerRunner.Result(
      output: output, inputGradients: runner.parts(inputGradient, samples: samples),
      variableGradients: values(.trainable, total), nextState: values(.state, nextState))
  }
}

/// The rows of sums of batch operations.
private final class RowSums {
  private let rows: UnsafeMutablePointer<Double>
  private let samples: Int
  private let sum: UnsafeMutablePointer<Double>
  private let levels: UnsafeMutablePointer<Double>

  init(samples: Int, width: Int) {
    self.samples = samples
    rows = .allocate(capacity: max(samples * width, 1))
    sum = .allocate(capacity: max(width, 1))
    levels = .allocate(capacity: max(SampleTree.levelsCount(rows: samples, width: width), 1))
  }

  deinit {
    rows.deallocate()
    sum.deallocate()
    levels.deallocate()
  }

  /// The rows of the batch operation that begins a segment, starting at a sample; nil if there is none.
  func start(ofSegment segment: Int, from position: Int, in program: Program) -> UnsafeMutablePointer<Double>? {
    guard segment < program.segments.count, let operation = program.batchOperation(ofSegment: segment)?.batchOperation
    else { return nil }
    return rows + position * operation.sumCount
  }

  func total(width: Int) -> UnsafePointer<Double> {
    SampleTree.sum(rows, count: samples, width: width, into: sum, levels: levels)
    return UnsafePointer(sum)
  }
}
