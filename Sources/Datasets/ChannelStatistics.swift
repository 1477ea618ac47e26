import Tensors

/// The mean and the variance of each channel (the last axis) of a data set's inputs.
package struct ChannelStatistics: Equatable, Sendable {
  package private(set) var means: [Double]
  package private(set) var variances: [Double]

  /// Reads all samples, in their order.
  ///
  /// Source of the merging of samples: T. Chan, G. Golub, R. LeVeque, "Updating Formulae and a Pairwise Algorithm for
  /// Computing Sample Variances", Stanford STAN-CS-79-773 (1979), p. 4.
  ///
  /// - Throws: `DatasetError` or `FileError` if a sample cannot be decoded.
  package init(_ data: Dataset) throws {
    let channels = data.shape.dimensions.last ?? 1
    let positions = data.shape.count / channels
    means = [Double](repeating: 0, count: channels)
    var squares = means
    for sample in 0..<data.count {
      let input = try data.input(sample)
      let before = Double(sample * positions)
      for channel in 0..<channels {
        let values = stride(from: channel, to: input.count, by: channels)
        let mean = values.reduce(0) { $0 + Double(input[$1]) } / Double(positions)
        let square = values.reduce(0) { $0 + (Double(input[$1]) - mean) * (Double(input[$1]) - mean) }
        let difference = mean - means[channel]
        let total = before + Double(positions)
        means[channel] += difference * Double(positions) / total
        squares[channel] += square + difference * difference * before * Double(positions) / total
      }
    }
    variances = squares.map { $0 / Double(data.count * positions) }
  }
}
