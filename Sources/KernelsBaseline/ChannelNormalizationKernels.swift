import CVector

// Batch normalization over (rows, channels), with a sum or coefficients per channel. Vectors go over the channels, and
// blocks of rows that stay in the cache over the vectors.

extension VectorKernels {
  /// The sums over the positions of each sample, in order.
  ///
  /// - Parameters:
  ///   - values: (samples, positions, channels)
  ///   - sums: (samples, 2, channels), overwritten with Σx and Σx².
  @inline(never)
  public static func channelSums(
    _ values: UnsafePointer<Float>, samples: Int, positions: Int, channels: Int, sums: UnsafeMutablePointer<Double>
  ) {
    for sample in 0..<samples {
      let (x, sums) = (values + sample * positions * channels, sums + sample * 2 * channels)
      sums.update(repeating: 0, count: 2 * channels)
      forEachChannelBlock(rows: positions, channels: channels) { rows, channel, count in
        var total = loadFirst(count, sums + channel)
        var squares = loadFirst(count, sums + channels + channel)
        for row in rows {
          let value = doubles(loadFirst(count, x + row * channels + channel))
          total += value
          squares += value * value
        }
        storeFirst(count, total, sums + channel)
        storeFirst(count, squares, sums + channels + channel)
      }
    }
  }

  /// output = (input − mean) · scale + shift, or ReLU of it.
  ///
  /// - Parameter input, output: (rows, channels)
  @inline(never)
  public static func channelNormalizationForward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, rows: Int, _ coefficients: ChannelCoefficients
  ) {
    let channels = coefficients.channels
    forEachChannelBlock(rows: rows, channels: channels) { rows, channel, count in
      let vectors = ChannelVectors(coefficients, channel, count)
      for row in rows {
        let index = row * channels + channel
        let y = vectors.output(vectors.distance(loadFirst(count, input + index)))
        storeFirst(count, coefficients.relu ? relu(y) : y, output + index)
      }
    }
  }

  /// The sums over the positions of each sample, in order, of the gradient of (input − mean) · scale + shift: that of the
  /// output, where ReLU passes it.
  ///
  /// - Parameters:
  ///   - input, outputGradient: (samples, positions, channels)
  ///   - sums: (samples, 2, channels), overwritten with Σg and Σg·x̂, where x̂ = (input − mean) · deviation.
  @inline(never)
  public static func channelGradientSums(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, samples: Int, positions: Int,
    _ coefficients: ChannelCoefficients, sums: UnsafeMutablePointer<Double>
  ) {
    let channels = coefficients.channels
    for sample in 0..<samples {
      let first = sample * positions * channels
      let (x, dy, sums) = (input + first, outputGradient + first, sums + sample * 2 * channels)
      sums.update(repeating: 0, count: 2 * channels)
      forEachChannelBlock(rows: positions, channels: channels) { rows, channel, count in
        let vectors = ChannelVectors(coefficients, channel, count)
        var total = loadFirst(count, sums + channel)
        var products = loadFirst(count, sums + channels + channel)
        for row in rows {
          let index = row * channels + channel
          let distance = vectors.distance(loadFirst(count, x + index))
          let gradient = vectors.gradient(loadFirst(count, dy + index), distance, relu: coefficients.relu)
          total += doubles(gradient)
          products += doubles(gradient * (distance * vectors.deviation))
        }
        storeFirst(count, total, sums + channel)
        storeFirst(count, products, sums + channels + channel)
      }
    }
  }

  /// inputGradient = scale · (g − mean(g) − x̂ · mean(g·x̂)), with g and x̂ as in `channelGradientSums`.
  ///
  /// - Parameters:
  ///   - input, outputGradient, inputGradient: (rows, channels)
  ///   - gradientMean, productMean: (channels), the means of g and of g·x̂ over the batch.
  @inline(never)
  public static func channelNormalizationBackward(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    rows: Int, _ coefficients: ChannelCoefficients, gradientMean: UnsafePointer<Float>,
    productMean: UnsafePointer<Float>
  ) {
    let channels = coefficients.channels
    forEachChannelBlock(rows: rows, channels: channels) { rows, channel, count in
      let vectors = ChannelVectors(coefficients, channel, count)
      let (mean, product) = (loadFirst(count, gradientMean + channel), loadFirst(count, productMean + channel))
      for row in rows {
        let index = row * channels + channel
        let distance = vectors.distance(loadFirst(count, input + index))
        let gradient = vectors.gradient(loadFirst(count, outputGradient + index), distance, relu: coefficients.relu)
        let rest = (gradient - mean) - (distance * vectors.deviation) * product
        storeFirst(count, vectors.scale * rest, inputGradient + index)
      }
    }
  }

  /// Calls `body` for blocks of rows that stay in the cache, with the first channel of each vector and the number of
  /// channels in it.
  @inline(__always)
  private static func forEachChannelBlock(
    rows: Int, channels: Int, _ body: (_ rows: Range<Int>, _ channel: Int, _ count: Int) -> Void
  ) {
    let block = max(1, 2048 / channels)
    var first = 0
    while first < rows {
      let range = first..<min(first + block, rows)
      var channel = 0
      while channel + lanes <= channels {
        body(range, channel, lanes)
        channel += lanes
      }
      if channel < channels { body(range, channel, channels - channel) }
      first += block
    }
  }
}

/// The coefficients of a vector of channels.
private struct ChannelVectors {
  private let mean, meanRest, shift: Vector
  let deviation, scale: Vector

  @_transparent init(_ coefficients: ChannelCoefficients, _ channel: Int, _ count: Int) {
    mean = loadFirst(count, coefficients.mean + channel)
    meanRest = loadFirst(count, coefficients.meanRest + channel)
    deviation = loadFirst(count, coefficients.deviation + channel)
    scale = loadFirst(count, coefficients.scale + channel)
    shift = coefficients.shift.map { loadFirst(count, $0 + channel) } ?? Vector()
  }

  /// x − mean
  @_transparent func distance(_ x: Vector) -> Vector { (x - mean) - meanRest }
  @_transparent func output(_ distance: Vector) -> Vector { distance * scale + shift }
  /// The gradient of the output, or 0 where ReLU replaced it.
  @_transparent func gradient(_ outputGradient: Vector, _ distance: Vector, relu: Bool) -> Vector {
    relu ? wherePositive(output(distance), outputGradient) : outputGradient
  }
}
