import Kernels
import NeuralNetwork

/// The gradients of a batch: a buffer per group of shards, or in the wide plan per shard, and their sum in a fixed tree.
///
/// The tree depends only on the number of shards: ((0+1)+(2+3))+((4+5)+(6+7)). The sum does not depend on which worker
/// computed a shard, when, or in which group. Gradients of operations that sum over the batch themselves are whole: they
/// are written to the sum.
struct GradientReduction: Sendable {
  private let buffers: FloatBuffer
  private let total: FloatBuffer
  /// The distance of the buffers.
  private let stride: Int
  /// For each operation the distance of its place in a buffer from its place in the sum; nil if its gradients are whole.
  private let shifts: [Int?]
  private let kernels: KernelSet

  /// - Parameter bufferCount: the maximum number of groups or shards.
  init(_ program: Program, bufferCount: Int, kernels: KernelSet) {
    self.kernels = kernels
    let layout = Self.layout(program)
    (shifts, stride) = (layout.shifts, layout.count)
    buffers = FloatBuffer(count: stride * bufferCount)
    total = FloatBuffer(count: FloatBuffer.aligned(program.plan.trainableCount))
  }

  /// The number of floats in a buffer.
  static func bufferSize(_ program: Program) -> Int { layout(program).count }

  /// Of separate variable gradients, a buffer has only those that are not whole; else it is laid out as the variables.
  private static func layout(_ program: Program) -> (shifts: [Int?], count: Int) {
    var next = 0
    let shifts = program.operations.indices.map { index -> Int? in
      guard !program.hasWholeGradients(of: index) else { return nil }
      guard program.hasSeparateVariableGradients else { return 0 }
      let placed = program.operations[index]
      defer { next += FloatBuffer.aligned(placed.variableCount) }
      return next - placed.variableOffset
    }
    let isCompact = program.hasSeparateVariableGradients
    return (shifts, isCompact ? next : FloatBuffer.aligned(program.plan.trainableCount))
  }

  /// The buffer of a group of shards, laid out as the variables.
  func gradients(ofGroup group: Int) -> UnsafeMutablePointer<Float> { buffers.start + group * stride }

  /// Where an operation writes its separate gradients of a shard, or of the batch if they are whole: the place of the
  /// first variable of the program.
  func gradients(ofShard shard: Int, operation: Int) -> UnsafeMutablePointer<Float> {
    guard let shift = shifts[operation] else { return total.start }
    return buffers.start + shard * stride + shift
  }

  /// The distance of an operation's place in a buffer from its place in the sum; nil if its gradients are whole.
  func shift(ofOperation operation: Int) -> Int? { shifts[operation] }

  /// Sums a range over all buffers.
  func sum(_ range: Range<Int>, shift: Int, buffers count: Int) {
    kernels.sumShards(
      buffers.start + range.lowerBound + shift, stride: stride, shardCount: count,
      total: total.start + range.lowerBound, count: range.count)
  }

  /// The summed gradient, starting at a float offset.
  func total(from offset: Int) -> UnsafeMutablePointer<Float> { total.start + offset }
}
