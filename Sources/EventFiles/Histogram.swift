import ProtocolBuffers

/// The distribution of some numbers in buckets of equal width, as TensorFlow 2 divides them.
package struct Histogram: ProtocolBufferMessage, Sendable {
  private static let bucketCount = 30

  /// The range of the buckets: that of the values, widened to 1 if they are all equal.
  let range: ClosedRange<Double>
  /// The number of values in each bucket.
  let counts: [Double]
  private let valueCount: Int
  private let sum: Double
  private let sumOfSquares: Double

  /// - Returns: nil without values, and if one is NaN or infinite.
  package init?(_ values: [Float]) {
    guard let least = values.min(), let most = values.max(), values.allSatisfy(\.isFinite) else { return nil }
    range = least < most ? Double(least)...Double(most) : Double(least) - 0.5...Double(most) + 0.5
    var counts = [Double](repeating: 0, count: Self.bucketCount)
    let scale = Double(Self.bucketCount) / (range.upperBound - range.lowerBound)
    for value in values {
      counts[min(Int((Double(value) - range.lowerBound) * scale), Self.bucketCount - 1)] += 1
    }
    self.counts = counts
    valueCount = values.count
    sum = values.reduce(0) { $0 + Double($1) }
    sumOfSquares = values.reduce(0) { $0 + Double($1) * Double($1) }
  }

  /// The upper limit of each bucket.
  private var limits: [Double] {
    let width = (range.upperBound - range.lowerBound) / Double(Self.bucketCount)
    return (1..<Self.bucketCount).map { range.lowerBound + Double($0) * width } + [range.upperBound]
  }

  /// Adds the fields of a HistogramProto.
  package func encode(to encoder: inout MessageEncoder) {
    // min, max, num, sum, sum_squares; bucket_limit, bucket
    let numbers = [range.lowerBound, range.upperBound, Double(valueCount), sum, sumOfSquares]
    for (field, number) in zip(1..., numbers) { encoder.add(field, number) }
    encoder.add(6, limits)
    encoder.add(7, counts)
  }
}
