/// An operation that sums its variable gradients over shards itself, in the order of `ShardTree`, while they are in the
/// L1 cache.
public protocol ShardTreeOperation: Operation {
  /// The floats of `Frame.scratch` for up to `samples` samples in up to `shards` shards, if these are more than
  /// `scratchCount`.
  func treeScratchCount(samples: Int, shards: Int) -> Int

  /// Computes the gradients of a part of the trainable variables, summed over all shards of the frame.
  ///
  /// - Parameters:
  ///   - part: one of at most `gradientParts` parts.
  ///   - gradients: overwritten for the part; laid out as `Frame.variables`.
  func variableGradients(_ frame: Frame, part: GradientPart, into gradients: UnsafeMutablePointer<Float>)
}

extension ShardTreeOperation {
  public func variableGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, into gradients: UnsafeMutablePointer<Float>
  ) {
    preconditionFailure("\(Self.self) sums over the shards itself")
  }
}
