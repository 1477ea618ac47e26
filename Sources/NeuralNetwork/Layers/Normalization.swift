import Configuration

/// (x − mean) / √variance per channel (the last axis), with a mean and a variance that are given, or adapted to the
/// training data once, at the start of a run.
public struct Normalization: UnaryLayer, Equatable {
  public static let className = "Normalization"
  public static let typeName = "normalization"
  public static let prototype = Normalization()
  public static let schema: Schema = [
    .constant("axis", -1, wording: "-1, the channels"),
    .numbers("mean", \.mean, where: .finite),
    .numbers("variance", \.variance, where: .zeroOrMore),
    .constant("invert", false, wording: "false"),
  ]

  /// Keras' `epsilon()`, the smallest deviation.
  private static let leastDeviation: Float = 1e-7

  /// One per channel, or one for all; empty until it is adapted.
  public var mean: [Double]
  /// One per channel, or one for all; empty until it is adapted.
  public var variance: [Double]

  /// Creates a normalization layer; without a mean and a variance it is adapted to the training data.
  public init(mean: [Double] = [], variance: [Double] = []) {
    self.mean = mean
    self.variance = variance
  }

  /// Whether the mean and the variance are known.
  public var isAdapted: Bool { !mean.isEmpty && !variance.isEmpty }

  public func outputShape(for input: Shape) throws -> Shape {
    guard isAdapted else {
      throw LayerShapeError(
        needs: "a mean and a variance", advice: "give both, or train: a run adapts the layer to its training data")
    }
    for count in [mean.count, variance.count] where count != 1 && count != input.channels {
      throw LayerShapeError(needs: "as many channels as it has means and variances, \(max(mean.count, variance.count))")
    }
    return input
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    let channels = site.input.shape.channels
    return NormalizationOperation(
      output: site.input, means: Self.spread(mean, channels).map { Float($0) },
      deviations: Self.spread(variance, channels).map { max(Float($0).squareRoot(), Self.leastDeviation) })
  }

  public var keepsLayout: Bool { true }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    let least = Double(Self.leastDeviation * Self.leastDeviation)
    return [
      .standardization(
        mean: Self.spread(mean, input.channels), variance: Self.spread(variance, input.channels).map { max($0, least) })
    ]
  }

  private static func spread(_ values: [Double], _ channels: Int) -> [Double] {
    values.count == 1 ? [Double](repeating: values[0], count: channels) : values
  }
}

struct NormalizationOperation: Operation {
  let output: TensorLayout
  /// One per channel.
  let means: [Float]
  let deviations: [Float]

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    let (x, y) = (frame.input, frame.output)
    forEachValue(frame.samples) { offset, channel in y[offset] = (x[offset] - means[channel]) / deviations[channel] }
  }

  func inputGradients(_ frame: Frame) {
    guard let dx = frame.inputGradient else { return }
    let dy = frame.outputGradient
    forEachValue(frame.samples) { offset, channel in dx[offset] = dy[offset] / deviations[channel] }
  }

  /// Calls `body` with the offset and the channel of each value of some samples.
  @inline(__always)
  private func forEachValue(_ samples: Int, _ body: (_ offset: Int, _ channel: Int) -> Void) {
    let (count, channels) = (output.shape.count, means.count)
    guard output.channelsFirstImage != nil else {
      for first in stride(from: 0, to: samples * count, by: channels) {
        for channel in 0..<channels { body(first + channel, channel) }
      }
      return
    }
    for first in stride(from: 0, to: samples * count, by: count) {
      output.forEachValue { index, offset in body(first + offset, index % channels) }
    }
  }
}
