/// Running sums of the numbers of each channel, in 64-bit floats.
struct ChannelSums {
  private var count = 0
  /// The first number of each channel: sums of distances from it are precise where the mean is far from 0.
  private var origins: [Double] = []
  private var sums: [Double]
  private var squares: [Double]
  private var minima: [Double]
  private var maxima: [Double]

  init(channels: Int) {
    sums = [Double](repeating: 0, count: channels)
    squares = sums
    minima = [Double](repeating: .infinity, count: channels)
    maxima = [Double](repeating: -.infinity, count: channels)
  }

  /// Adds numbers in the order of `(…, channels)`.
  mutating func add<Value>(_ values: UnsafeBufferPointer<Value>, _ number: (Value) -> Double) {
    let channels = sums.count
    if origins.isEmpty { origins = (0..<channels).map { number(values[$0]) } }
    count += values.count / channels
    for first in stride(from: 0, to: values.count, by: channels) {
      for channel in 0..<channels {
        let value = number(values[first + channel])
        let distance = value - origins[channel]
        sums[channel] += distance
        squares[channel] += distance * distance
        minima[channel] = min(minima[channel], value)
        maxima[channel] = max(maxima[channel], value)
      }
    }
  }

  /// The mean and the variance of each channel; empty if nothing was added.
  var moments: [(mean: Double, variance: Double)] {
    guard count > 0 else { return [] }
    return sums.indices.map { channel in
      let distance = sums[channel] / Double(count)
      return (origins[channel] + distance, max(squares[channel] / Double(count) - distance * distance, 0))
    }
  }

  /// The statistics of each channel; empty if nothing was added.
  var statistics: [ValueStatistics] {
    moments.enumerated().map { channel, moments in
      ValueStatistics(
        count: count, mean: moments.mean, deviation: moments.variance.squareRoot(), minimum: minima[channel],
        maximum: maxima[channel])
    }
  }
}
