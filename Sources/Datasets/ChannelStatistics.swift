import Tensors

/// The mean and the variance of each channel (the last axis) of a data set's inputs.
package struct ChannelStatistics: Equatable, Sendable {
  package let means: [Double]
  package let variances: [Double]

  /// Reads all samples, in their order.
  ///
  /// - Throws: `DatasetError` or `FileError` if a sample cannot be decoded.
  package init(_ data: Dataset) throws {
    var sums = ChannelSums(channels: data.shape.dimensions.last ?? 1)
    for sample in 0..<data.count {
      try data.input(sample).withUnsafeBufferPointer { sums.add($0) { Double($0) } }
    }
    (means, variances) = (sums.moments.map(\.mean), sums.moments.map(\.variance))
  }
}
