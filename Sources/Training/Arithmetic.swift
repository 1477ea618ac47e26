/// How the numbers of a training are computed, as far as it shows in their last bits, besides the instruction set.
///
/// Checkpoints name the version that computed them, so that a run that is resumed with another one can say so.
package enum Arithmetic {
  /// 1: exponentials and logarithms of the C library; losses and metrics summed shard by shard.
  /// 2: elementary functions of our own; the leaf of every sum over samples is the sample.
  package static let version = 2
}
