import Configuration
import Randomness

/// In training, sets a fraction of the channels of each image to 0 and divides the others by 1 − rate; the identity in
/// inference.
///
/// Which channels is a function of (seed, layer, step, position in the batch, channel), as for `Dropout`.
///
/// Source: J. Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR 2015.
public struct SpatialDropout2D: UnaryLayer, Equatable {
  public static let className = "SpatialDropout2D"
  public static let typeName = "spatial_dropout2d"
  public static let prototype = SpatialDropout2D(rate: 0)
  public static let schema: Schema = [.number("rate", \.rate, where: .belowOne, isRequired: true)]

  /// The fraction of the channels that is set to 0: at least 0, below 1.
  public var rate: Double

  /// Creates a layer that drops a fraction of the channels.
  public init(rate: Double) {
    precondition(rate >= 0 && rate < 1, "rate must be at least 0 and below 1, got \(rate)")
    self.rate = rate
  }

  public func outputShape(for input: Shape) throws -> Shape {
    guard input.image != nil else { throw LayerShapeError(needs: "an image (height, width, channels)") }
    return input
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    guard site.mode == .training, rate > 0 else { return nil }
    return SpatialDropout2DOperation(
      rate: rate, output: TensorLayout(site.input.shape), layerIndex: site.layerIndex)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [] }
}

struct SpatialDropout2DOperation: Operation {
  let output: TensorLayout
  private let layerIndex: Int
  /// Channels whose random word is below the threshold are dropped.
  private let threshold: UInt32
  private let scale: Float

  init(rate: Double, output: TensorLayout, layerIndex: Int) {
    self.output = output
    self.layerIndex = layerIndex
    threshold = UInt32(rate * 0x1p32)
    scale = Float(1 / (1 - rate))
  }

  private var channels: Int { output.shape.channels }
  var backwardReads: BackwardReads { [] }
  /// The factor of each channel: 0, or the scale.
  func scratchCount(samples: Int) -> Int { channels }

  func forward(_ frame: Frame) { multiply(frame.input, into: frame.output, frame) }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    multiply(frame.outputGradient, into: inputGradient, frame)
  }

  /// Multiplies each channel by its factor, drawn anew in the backward pass.
  private func multiply(_ values: UnsafePointer<Float>, into results: UnsafeMutablePointer<Float>, _ frame: Frame) {
    let (count, channels, factors) = (output.shape.count, channels, frame.scratch)
    for sample in 0..<frame.samples {
      var random = RandomStream(
        seed: frame.pass.seed, purpose: .spatialDropout, epoch: layerIndex, step: frame.pass.step,
        sample: frame.firstPosition + sample)
      for c in 0..<channels { factors[c] = random.nextWord() >= threshold ? scale : 0 }
      for first in stride(from: sample * count, to: (sample + 1) * count, by: channels) {
        for c in 0..<channels { results[first + c] = factors[c] == 0 ? 0 : values[first + c] * factors[c] }
      }
    }
  }
}
