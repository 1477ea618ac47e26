/// The version of the arithmetic of training: what affects the last bits of results, besides the instruction set.
///
/// Checkpoints record the version that computed them, so that a run resumed with another one can warn.
package enum Arithmetic {
  /// 1: exponentials and logarithms of the C library; losses and metrics summed shard by shard.
  /// 2: elementary functions of our own; the leaf of every sum over samples is the sample.
  /// 3: the gradients of convolutions are summed in other orders: those of kernels over blocks of positions, those of
  ///    inputs in one sum for each value.
  package static let version = 3
}
