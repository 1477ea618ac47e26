import Kernels

@testable import NeuralNetwork

/// Runs one layer on its own, with variables and gradients in Keras' order.
struct LayerRunner {
  let plan: ModelPlan
  private let kernels: KernelSet

  /// - Parameter inputs: the shape of a sample of each input. Several are the slices of one input along its last axis.
  init(_ layer: any Layer, input: Shape, kernels: KernelSet = InstructionSet.bestSupported.kernels) throws {
    plan = try Sequential([layer]).plan(inputShape: input, needsWeights: false)
    self.kernels = kernels
  }

  struct Result {
    var output: [Float]
    var inputGradient: [Float] = []
    /// Of the trainable variables.
    var variableGradients: [[Float]] = []
  }

  /// - Parameters:
  ///   - variables: the values of all variables.
  ///   - outputGradient: (samples, output…); only the forward pass is run if nil.
  ///   - shards: into how many shards the samples are divided.
  func run(_ input: [Float], variables: [[Float]], outputGradient: [Float]?, shards: Int = 1) throws -> Result {
    let samples = input.count / plan.inputShape.count
    let program = try plan.compile(mode: .training, kernels: kernels, leavesSoftmax: false, inputNeedsGradient: true)
    let batch = BatchMemory(for: program, capacity: samples)
    let workspace = Workspace(for: program, capacity: samples, shards: shards, batch: batch, kernels: kernels)
    workspace.pass = Pass(mode: .training)
    workspace.divide(into: shards) { ($0 + 1) * samples / shards }
    let (trainable, state) = (FloatBuffer(count: plan.trainableCount), FloatBuffer(count: plan.stateCount))
    for (index, values) in variables.enumerated() {
      program.store(values, of: index, in: plan.variables[index].role == .trainable ? trainable.start : state.start)
    }
    // What is promised to be overwritten starts as something else.
    let gradients = FloatBuffer(count: plan.trainableCount)
    gradients.start.update(repeating: 77, count: gradients.count)
    workspace.input.update(from: input, count: input.count)

    let rows = FloatSums(samples: samples, width: program.sumCount)
    for segment in program.segments.indices {
      workspace.forward(
        segment: segment, variables: trainable.start, state: state.start,
        rows: segment + 1 < program.segments.count ? rows.start : nil)
      guard let placed = program.batchOperation(ofSegment: min(segment + 1, program.segments.count - 1)),
        segment + 1 < program.segments.count, let operation = placed.batchOperation
      else { continue }
      let next = FloatBuffer(count: plan.stateCount)
      operation.finishForward(
        rows.total(width: operation.sumCount), samples: samples, statistics: batch.statistics(of: placed),
        variables: trainable.start + placed.variableOffset, state: state.start + placed.stateOffset,
        nextState: next.start + placed.stateOffset)
    }
    let outputCount = samples * plan.outputShape.count
    var result = Result(output: Array(UnsafeBufferPointer(start: workspace.output, count: outputCount)))
    guard let outputGradient else { return result }
    workspace.outputGradient.update(from: outputGradient, count: outputGradient.count)
    for segment in program.segments.indices.reversed() {
      workspace.backward(
        segment: segment, variables: trainable.start, state: state.start, gradients: gradients.start,
        rows: segment > 0 ? rows.start : nil)
      guard let placed = program.batchOperation(ofSegment: segment), let operation = placed.batchOperation
      else { continue }
      operation.finishBackward(
        rows.total(width: operation.sumCount), samples: samples, statistics: batch.statistics(of: placed),
        gradients: gradients.start + placed.variableOffset)
    }
    result.inputGradient = Array(UnsafeBufferPointer(start: workspace.inputGradient, count: input.count))
    result.variableGradients = plan.variables.indices.filter { plan.variables[$0].role == .trainable }
      .map { program.values(of: $0, in: gradients.start) }
    return result
  }
}

/// The rows of sums of a batch operation.
private final class FloatSums {
  let start: UnsafeMutablePointer<Double>
  private let samples: Int
  private let sum: UnsafeMutablePointer<Double>
  private let levels: UnsafeMutablePointer<Double>

  init(samples: Int, width: Int) {
    self.samples = samples
    start = .allocate(capacity: max(samples * width, 1))
    sum = .allocate(capacity: max(width, 1))
    levels = .allocate(capacity: max(SampleTree.levelsCount(rows: samples, width: width), 1))
  }

  deinit {
    start.deallocate()
    sum.deallocate()
    levels.deallocate()
  }

  func total(width: Int) -> UnsafePointer<Double> {
    SampleTree.sum(start, count: samples, width: width, into: sum, levels: levels)
    return UnsafePointer(sum)
  }
}

extension FloatBuffer {
  var values: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
