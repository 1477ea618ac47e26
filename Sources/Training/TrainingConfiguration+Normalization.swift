import Datasets
import NeuralNetwork

extension TrainingConfiguration {
  /// Adapts the normalization layers that have no mean and variance.
  ///
  /// - Parameter data: the training data; its scale must be known.
  /// - Throws: `ModelError` if a layer cannot be adapted, `DatasetError` or `FileError` if a sample cannot be decoded.
  package mutating func adaptNormalizations(to data: Dataset) throws {
    let pending = try model.pendingNormalizations()
    guard !pending.isEmpty else { return }
    let statistics = try ChannelStatistics(data)
    let divisor = Double(scale(for: data.input))
    for layer in pending {
      model.adapt(
        layer, mean: statistics.means.map { $0 / divisor },
        variance: statistics.variances.map { $0 / (divisor * divisor) })
    }
  }
}
