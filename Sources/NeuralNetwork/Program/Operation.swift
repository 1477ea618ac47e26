/// The computation of one or several layers, with all shapes resolved.
///
/// It has no state and allocates nothing: it works on a `Frame`, which holds the samples of one or several adjacent
/// shards and is used by one thread.
public protocol Operation: Sendable {
  /// The sample shape of the output, and its memory order.
  var output: TensorLayout { get }
  /// The memory layout of each of the layer's variables; empty if all have Keras' order.
  var variableLayouts: [ParameterLayout] { get }
  /// The values read by `beginBackward`, `variableGradients` and `inputGradients`: they are kept until then.
  var backwardReads: BackwardReads { get }
  /// The bytes of `Frame.kept` per sample: values stored by the forward pass for the backward pass.
  var keptBytes: Int { get }
  /// The floats of `Frame.scratch` for up to `samples` samples; its contents are undefined before each call.
  func scratchCount(samples: Int) -> Int
  /// The floats of `Frame.constants`, which `prepare` fills once.
  var constantCount: Int { get }
  func prepare(_ constants: UnsafeMutablePointer<Float>)

  /// The number of floating-point operations per sample.
  func operations(needsInputGradient: Bool) -> OperationCount

  /// Computes `output` from the inputs.
  func forward(_ frame: Frame)

  /// Begins the backward pass: converts `outputGradient` to what the other two read. Does nothing by default.
  func beginBackward(_ frame: Frame)

  /// Computes the gradients of the trainable variables, summed over the samples of one shard. Not called for a frozen
  /// layer.
  ///
  /// - Parameters:
  ///   - samples: the indices of the shard's samples in the frame.
  ///   - gradients: overwritten; laid out as `Frame.variables`.
  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>)

  /// Computes the gradients of the inputs that need them, for all samples.
  func inputGradients(_ frame: Frame)
}

/// The values that an operation's backward pass reads, besides the gradient of its output.
public struct BackwardReads: OptionSet, Sendable {
  /// The bits of the set.
  public let rawValue: Int
  /// Creates a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The values of the inputs.
  public static let inputs = BackwardReads(rawValue: 1)
  /// The values of the output.
  public static let output = BackwardReads(rawValue: 2)
}

/// An operation that sums its variable gradients over shards itself, in the order of `ShardTree`, while they are in the
/// L1 cache.
public protocol ShardTreeOperation: Operation {
  /// The floats of `Frame.scratch` for up to `shards` shards, in addition to those for the samples.
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
  /// Negligible by default.
  public func operations(needsInputGradient: Bool) -> OperationCount { OperationCount(forward: 0, backward: 0) }
  public func beginBackward(_ frame: Frame) {}
  public func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {}
}

extension ShardTreeOperation {
  public func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    preconditionFailure("\(Self.self) sums over the shards itself")
  }
}
