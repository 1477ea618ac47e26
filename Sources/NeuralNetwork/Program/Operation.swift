/// The computation of one or several layers, with all shapes resolved.
///
/// It has no state and allocates nothing: it works on a `Frame`, which holds the samples of one or several adjacent
/// shards and is used by one thread.
///
/// After `beginBackward`, the gradients of variables and of inputs are computed in either order, perhaps by different
/// threads, and for other samples at a time: neither may change what the other one reads.
public protocol Operation: Sendable {
  /// The sample shape of the output, and its memory order.
  var output: TensorLayout { get }
  /// The memory layout of each of the layer's variables; empty if all have Keras' order.
  var variableLayouts: [ParameterLayout] { get }
  /// The values read by `beginBackward`, `variableGradients` and `inputGradients`: they are kept until then.
  var backwardReads: BackwardReads { get }
  /// The bytes of `Frame.kept` per sample: values stored by the forward pass for the backward pass.
  var keptBytes: Int { get }
  /// The bytes of `Frame.keptGradient` per sample: gradients stored by `beginBackward` for the other two.
  var keptGradientBytes: Int { get }
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

  /// The maximum number of parts of the variables whose gradients can be computed separately, 1 or more; 1 by default.
  var gradientParts: Int { get }

  /// Computes the gradients of a part of the trainable variables; by default only of all of them.
  ///
  /// - Parameters:
  ///   - samples: the indices of the shard's samples in the frame.
  ///   - part: one of at most `gradientParts` parts.
  ///   - gradients: overwritten for the part; laid out as `Frame.variables`.
  func variableGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, into gradients: UnsafeMutablePointer<Float>)

  /// Computes the gradients of the inputs that need them, for all samples.
  func inputGradients(_ frame: Frame)
}

extension Operation {
  public var variableLayouts: [ParameterLayout] { [] }
  public var keptBytes: Int { 0 }
  public var keptGradientBytes: Int { 0 }
  public func scratchCount(samples: Int) -> Int { 0 }
  public var constantCount: Int { 0 }
  public func prepare(_ constants: UnsafeMutablePointer<Float>) {}
  /// Negligible by default.
  public func operations(needsInputGradient: Bool) -> OperationCount { OperationCount(forward: 0, backward: 0) }
  public func beginBackward(_ frame: Frame) {}
  /// Not called for operations without trainable variables, or with gradients in parts.
  public func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    preconditionFailure("\(Self.self) does not compute gradients of all variables at once")
  }
  public var gradientParts: Int { 1 }
  public func variableGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, into gradients: UnsafeMutablePointer<Float>
  ) {
    precondition(part == .whole, "\(Self.self) computes the gradients of all variables at once")
    variableGradients(frame, samples: samples, into: gradients)
  }
}
