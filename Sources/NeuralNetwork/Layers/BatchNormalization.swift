import Configuration
import Kernels

/// Normalizes each channel (the last axis) over the whole batch:
///
///     y = γ · (x − mean) / √(variance + ε) + β
///
/// In training, mean and variance are those of the batch, over all its samples and positions, whatever the number of
/// workers and shards; the moving statistics follow: moving ← moving · momentum + batch · (1 − momentum), with the
/// biased variance. Inference, and training of a frozen layer, use the moving statistics.
/// Inference folds the layer into a convolution or dense layer before it: see `FoldedNormalization`.
///
/// Source: S. Ioffe, C. Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2; momentum and ε are Keras' (0.99,
/// 1e-3; PyTorch's momentum is 1 − Keras', its ε 1e-5 and its moving variance unbiased).
public struct BatchNormalization: WeightedLayer, Equatable {
  public static let className = "BatchNormalization"
  public static let typeName = "batch_normalization"
  public static let prototype = BatchNormalization()
  private static let ownSchema: Schema = [
    .constant("axis", -1, wording: "-1, the channels"),
    .number("momentum", \.momentum, where: .belowOne),
    .number("epsilon", \.epsilon, where: .positive),
    .bool("center", \.center),
    .bool("scale", \.scale),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<BatchNormalization>] = [
    LayerWeight("gamma", \.gamma) { layer, input in layer.scale ? [input.channels] : nil },
    LayerWeight("beta", \.beta) { layer, input in layer.center ? [input.channels] : nil },
  ]

  /// The fraction of the moving statistics that a training step keeps; below 1.
  public var momentum: Double
  /// ε, added to the variance.
  public var epsilon: Double
  /// Whether the layer has a β.
  public var center: Bool
  /// Whether the layer has a γ.
  public var scale: Bool
  /// The options of β.
  public var beta = WeightOptions(Zeros())
  /// The options of γ.
  public var gamma = WeightOptions(Ones())

  /// Creates a layer with Keras' defaults.
  public init(momentum: Double = 0.99, epsilon: Double = 1e-3, center: Bool = true, scale: Bool = true) {
    self.momentum = momentum
    self.epsilon = epsilon
    self.center = center
    self.scale = scale
  }

  public func outputShape(for input: Shape) throws -> Shape {
    try checkWeights(for: input)
    return input
  }

  public func variables(for input: Shape) -> [VariableSpecification] {
    let shape: Shape = [input.channels]
    return trainableVariables(for: input) + [
      VariableSpecification(name: "moving_mean", shape: shape, initializer: Zeros(), role: .state),
      VariableSpecification(name: "moving_variance", shape: shape, initializer: Ones(), role: .state),
    ]
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    let normalization = ChannelNormalization(layer: self, shape: site.input.shape, kernels: site.kernels)
    return site.mode == .training && site.isTrainable
      ? BatchNormalizationOperation(normalization: normalization, relu: false)
      : MovingNormalizationOperation(normalization: normalization)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    [
      .normalization(
        ExchangeNormalization(
          gamma: scale ? "gamma" : nil, beta: center ? "beta" : nil, mean: "moving_mean", variance: "moving_variance",
          epsilon: epsilon, momentum: momentum))
    ]
  }
}

extension Shape {
  /// The last axis.
  var channels: Int { dimensions.last ?? 1 }
}

/// The parts shared by the two operations of batch normalization.
struct ChannelNormalization {
  let layer: BatchNormalization
  /// The shape of a sample.
  let shape: Shape
  let kernels: KernelSet

  var channels: Int { shape.channels }
  /// The number of values per channel in a sample.
  var positions: Int { shape.count / channels }
  private var alignedChannels: Int { FloatBuffer.aligned(channels) }

  func gamma(_ frame: Frame) -> UnsafePointer<Float>? { layer.scale ? frame.variables : nil }
  func beta(_ frame: Frame) -> UnsafePointer<Float>? {
    layer.center ? frame.variables + (layer.scale ? alignedChannels : 0) : nil
  }
  var betaOffset: Int { layer.scale ? alignedChannels : 0 }
  var movingVarianceOffset: Int { alignedChannels }
}

/// Training: normalizes with the statistics of the batch.
///
/// The sums over the batch are in `Double`, where the cancellation of E[x²] − E[x]² is below the precision of `Float`.
struct BatchNormalizationOperation: BatchOperation {
  let normalization: ChannelNormalization
  /// Whether it computes ReLU of the normalized values.
  let relu: Bool

  private var channels: Int { normalization.channels }
  var output: TensorLayout { TensorLayout(normalization.shape) }
  var backwardReads: BackwardReads { .inputs }
  /// Σx and Σx², or Σdy and Σdy·x̂, of each channel.
  var sumCount: Int { 2 * channels }

  // The statistics, each (channels).
  private enum Statistic: Int, CaseIterable {
    /// The mean as a sum of two floats, so that inputs far from 0 keep their differences.
    case mean
    case meanRest
    /// 1 / √(variance + ε), and times γ.
    case deviation
    case scale
    /// The means over the batch of dy and of dy·x̂.
    case gradientMean
    case gradientProductMean
  }

  var statisticsCount: Int { Statistic.allCases.count * channels }
  private func offset(_ statistic: Statistic) -> Int { statistic.rawValue * channels }

  private func coefficients(_ frame: Frame) -> ChannelCoefficients {
    ChannelCoefficients(
      channels: channels, mean: frame.statistics + offset(.mean), meanRest: frame.statistics + offset(.meanRest),
      deviation: frame.statistics + offset(.deviation), scale: frame.statistics + offset(.scale),
      shift: normalization.beta(frame), relu: relu)
  }

  func forwardSums(_ frame: Frame, rows: UnsafeMutablePointer<Double>) {
    normalization.kernels.channelSums(
      frame.input, samples: frame.samples, positions: normalization.positions, channels: channels, sums: rows)
  }

  func finishForward(
    _ sums: UnsafePointer<Double>, samples: Int, statistics: UnsafeMutablePointer<Float>,
    variables: UnsafePointer<Float>, state: UnsafePointer<Float>, nextState: UnsafeMutablePointer<Float>
  ) {
    let count = Double(samples * normalization.positions)
    let (momentum, rest) = (Float(normalization.layer.momentum), Float(1 - normalization.layer.momentum))
    for c in 0..<channels {
      let mean = sums[c] / count
      let variance = max(sums[channels + c] / count - mean * mean, 0)
      let high = Float(mean)
      statistics[offset(.mean) + c] = high
      statistics[offset(.meanRest) + c] = Float(mean - Double(high))
      let deviation = Float(1 / (variance + normalization.layer.epsilon).squareRoot())
      statistics[offset(.deviation) + c] = deviation
      statistics[offset(.scale) + c] = normalization.layer.scale ? deviation * variables[c] : deviation
      let moving = normalization.movingVarianceOffset + c
      nextState[c] = state[c] * momentum + high * rest
      nextState[moving] = state[moving] * momentum + Float(variance) * rest
    }
  }

  func forward(_ frame: Frame) {
    normalization.kernels.channelNormalizationForward(
      input: frame.input, output: frame.output, rows: frame.samples * normalization.positions, coefficients(frame))
  }

  func backwardSums(_ frame: Frame, rows: UnsafeMutablePointer<Double>) {
    normalization.kernels.channelGradientSums(
      input: frame.input, outputGradient: frame.outputGradient, samples: frame.samples,
      positions: normalization.positions, coefficients(frame), sums: rows)
  }

  func finishBackward(
    _ sums: UnsafePointer<Double>, samples: Int, statistics: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    let count = Double(samples * normalization.positions)
    for c in 0..<channels {
      statistics[offset(.gradientMean) + c] = Float(sums[c] / count)
      statistics[offset(.gradientProductMean) + c] = Float(sums[channels + c] / count)
      if normalization.layer.scale { gradients[c] = Float(sums[channels + c]) }
      if normalization.layer.center { gradients[normalization.betaOffset + c] = Float(sums[c]) }
    }
  }

  /// dx = γ / √(variance + ε) · (dy − mean(dy) − x̂ · mean(dy·x̂))
  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    normalization.kernels.channelNormalizationBackward(
      input: frame.input, outputGradient: frame.outputGradient, inputGradient: inputGradient,
      rows: frame.samples * normalization.positions, coefficients(frame),
      gradientMean: frame.statistics + offset(.gradientMean),
      productMean: frame.statistics + offset(.gradientProductMean))
  }
}

/// Inference, and training of a frozen layer: normalizes with the moving statistics.
struct MovingNormalizationOperation: Operation {
  let normalization: ChannelNormalization

  private var channels: Int { normalization.channels }
  var output: TensorLayout { TensorLayout(normalization.shape) }
  var backwardReads: BackwardReads { [] }

  /// The scale, and zeros.
  func scratchCount(samples: Int) -> Int { 2 * channels }

  /// γ / √(variance + ε) of each channel.
  private func fillScale(_ scale: UnsafeMutablePointer<Float>, _ frame: Frame) {
    let variance = frame.state + normalization.movingVarianceOffset
    let gamma = normalization.gamma(frame)
    let epsilon = Float(normalization.layer.epsilon)
    for c in 0..<channels {
      let deviation = 1 / (variance[c] + epsilon).squareRoot()
      scale[c] = gamma.map { deviation * $0[c] } ?? deviation
    }
  }

  func forward(_ frame: Frame) {
    let (scale, zeros) = (frame.scratch, frame.scratch + channels)
    fillScale(scale, frame)
    zeros.update(repeating: 0, count: channels)
    normalization.kernels.channelNormalizationForward(
      input: frame.input, output: frame.output, rows: frame.samples * normalization.positions,
      ChannelCoefficients(
        channels: channels, mean: frame.state, meanRest: zeros, deviation: scale, scale: scale,
        shift: normalization.beta(frame), relu: false))
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    let (channels, scale) = (channels, frame.scratch)
    fillScale(scale, frame)
    for row in 0..<frame.samples * normalization.positions {
      let (dy, dx) = (frame.outputGradient + row * channels, inputGradient + row * channels)
      for c in 0..<channels { dx[c] = dy[c] * scale[c] }
    }
  }
}
