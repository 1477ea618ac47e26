/// What computes a layer, or several at once, with all shapes known.
///
/// It holds no numbers and allocates nothing: everything it works on is in the `Frame`, which has the samples of one
/// shard, or of some neighboring ones, and is used by one thread.
public protocol Operation: Sendable {
  /// The shape of a sample that comes out, and the order of its values in memory.
  var output: TensorLayout { get }
  /// The order in memory of each of the layer's variables; empty if all have Keras' order.
  var variableLayouts: [ParameterLayout] { get }
  /// Which values `beginBackward`, `variableGradients` and `inputGradients` read: they keep them until then.
  var backwardReads: BackwardReads { get }
  /// The bytes of `Frame.kept` for a sample: what the forward pass leaves for the backward pass.
  var keptBytes: Int { get }
  /// The floats of `Frame.scratch` for at most so many samples; its contents are undefined before each call.
  func scratchCount(samples: Int) -> Int
  /// The floats of `Frame.constants`, which `prepare` fills once.
  var constantCount: Int { get }
  func prepare(_ constants: UnsafeMutablePointer<Float>)

  /// The floating-point operations that a sample needs.
  func operations(needsInputGradient: Bool) -> OperationCount

  /// Computes `output` from the inputs.
  func forward(_ frame: Frame)

  /// Begins the backward pass: turns `outputGradient` into what the other two read. Does nothing by default.
  func beginBackward(_ frame: Frame)

  /// Computes the gradients of the trainable variables, summed over the samples of one shard. It is not called if the
  /// layer is frozen.
  ///
  /// - Parameters:
  ///   - samples: the positions of the shard's samples in the frame.
  ///   - gradients: overwritten; laid out as `Frame.variables`.
  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>)

  /// Computes the gradients of the inputs that need them, for all samples.
  func inputGradients(_ frame: Frame)
}

/// What an operation's backward pass reads, besides the gradient of its output.
public struct BackwardReads: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let inputs = BackwardReads(rawValue: 1)
  public static let output = BackwardReads(rawValue: 2)
}

/// An operation that sums its variable gradients over the shards itself, in the order of `ShardTree`, while they are in the
/// first-level cache.
public protocol ShardTreeOperation: Operation {
  /// The floats of `Frame.scratch` for at most so many shards, besides those for the samples.
  func treeScratchCount(shards: Int) -> Int

  /// Computes the gradients of the trainable variables, summed over all shards of the frame.
  func variableGradients(_ frame: Frame, into gradients: UnsafeMutablePointer<Float>)
}

extension Operation {
  public var variableLayouts: [ParameterLayout] { [] }
  public var keptBytes: Int { 0 }
  public func scratchCount(samples: Int) -> Int { 0 }
  public var constantCount: Int { 0 }
  public func prepare(_ constants: UnsafeMutablePointer<Float>) {}
  /// Few enough not to count.
  public func operations(needsInputGradient: Bool) -> OperationCount { OperationCount(forward: 0, backward: 0) }
  public func beginBackward(_ frame: Frame) {}
  public func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {}
}

extension ShardTreeOperation {
  public func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    preconditionFailure("\(Self.self) sums over the shards itself")
  }
}
