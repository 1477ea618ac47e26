/// An operation that sums its variable gradients over shards itself, in the order of `ShardTree`, while they are in the
/// L1 cache.
public protocol ShardTreeOperation: Operation {
  /// The floats of `Frame.scratch` for up to `shards` shards, in addition to those for the samples.
  func treeScratchCount(shards: Int) -> Int

  /// Computes the gradients of the trainable variables, summed over all shards of the frame.
  func variableGradients(_ frame: Frame, into gradients: UnsafeMutablePointer<Float>)
}

extension ShardTreeOperation {
  public func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    preconditionFailure("\(Self.self) sums over the shards itself")
  }
}
