import Kernels

/// Reference batch normalization, value by value, with the same operations in the same order as the kernels.
struct ReferenceNormalization {
  let channels: Int
  let mean, meanRest, deviation, scale: [Float]
  let shift: [Float]?
  let relu: Bool

  private func distance(_ x: Float, _ channel: Int) -> Float { (x - mean[channel]) - meanRest[channel] }

  private func value(_ x: Float, _ channel: Int) -> Float {
    distance(x, channel) * scale[channel] + (shift?[channel] ?? 0)
  }

  func forward(_ input: [Float]) -> [Float] {
    input.enumerated().map { index, x in
      let y = value(x, index % channels)
      return relu && y < 0 ? 0 : y
    }
  }

  /// The gradient of the normalized values, and x̂.
  private func gradient(_ x: Float, _ outputGradient: Float, _ channel: Int) -> (gradient: Float, normalized: Float) {
    let isPassed = !relu || value(x, channel) > 0
    return (isPassed ? outputGradient : 0, distance(x, channel) * deviation[channel])
  }

  /// (samples, 2, channels)
  func gradientSums(_ input: [Float], _ outputGradient: [Float], samples: Int) -> [Double] {
    sums(input, samples: samples) { index, channel in
      let (gradient, normalized) = gradient(input[index], outputGradient[index], channel)
      return (Double(gradient), Double(gradient * normalized))
    }
  }

  /// (samples, 2, channels)
  func sums(_ input: [Float], samples: Int) -> [Double] {
    sums(input, samples: samples) { index, _ in (Double(input[index]), Double(input[index]) * Double(input[index])) }
  }

  func backward(_ input: [Float], _ outputGradient: [Float], _ gradientMean: [Float], _ productMean: [Float]) -> [Float]
  {
    input.indices.map { index in
      let channel = index % channels
      let (gradient, normalized) = gradient(input[index], outputGradient[index], channel)
      return scale[channel] * ((gradient - gradientMean[channel]) - normalized * productMean[channel])
    }
  }

  private func sums(
    _ input: [Float], samples: Int, _ terms: (_ index: Int, _ channel: Int) -> (Double, Double)
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: samples * 2 * channels)
    let count = input.count / samples
    for index in input.indices {
      let (first, channel) = (index / count * 2 * channels, index % channels)
      let (one, other) = terms(index, channel)
      sums[first + channel] += one
      sums[first + channels + channel] += other
    }
    return sums
  }
}
