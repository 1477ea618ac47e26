import Configuration
import Randomness

/// Replaces a random rectangle of some images by a value or by noise in training (cutout); the identity in inference.
///
/// Source: Z. Zhong et al., "Random Erasing Data Augmentation", AAAI 2020, as Keras 3 has it: the height and the width of
/// the rectangle are fractions √s of those of the image, each with its own s from `scale`.
public struct RandomErasing: AugmentationLayer, Equatable {
  public static let className = "RandomErasing"
  public static let typeName = "random_erasing"
  public static let prototype = RandomErasing()
  public static let schema: Schema = [
    .factor("factor", \.factor, .share),
    .factor("scale", \.scale, .share),
    ConfigurationOption("fill_value") { reader, layer in
      layer.fillValue = reader.node("fill_value") == nil ? [] : try reader.numbers("fill_value", where: .finite)
      guard [0, 1, 3].contains(layer.fillValue.count) else {
        throw reader.error(.conflict("expected a number, or a list of three, one per channel."), at: "fill_value")
      }
    } write: { layer in
      let numbers = layer.fillValue.map { ConfigurationNode(.number($0)) }
      return numbers.count > 1 ? ConfigurationNode(.sequence(numbers)) : numbers.first ?? .null
    },
    .valueRange(\.valueRange),
    .seed(\.seed),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// The probability that an image is erased, itself drawn from this range; one number f is (0, f).
  public var factor: FactorRange
  /// The range of the squared fractions of the height and of the width that are erased.
  public var scale: FactorRange
  /// The value of the rectangle, or one per channel of three; empty for normal noise times the upper value of the range.
  public var fillValue: [Double]
  /// The values of images; those of the rectangle are clipped to it.
  public var valueRange: ClosedRange<Double>
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?

  /// Creates a layer with Keras' defaults.
  ///
  /// - Parameters:
  ///   - factor, scale: within 0 to 1.
  ///   - fillValue: no values, one or three.
  public init(
    factor: ClosedRange<Double> = 0...1, scale: ClosedRange<Double> = 0.02...0.33, fillValue: [Double] = [],
    valueRange: ClosedRange<Double> = 0...255, seed: UInt32? = nil
  ) {
    for range in [factor, scale] {
      precondition(range.lowerBound >= 0 && range.upperBound <= 1, "a factor is from 0 to 1, got \(range)")
    }
    precondition([0, 1, 3].contains(fillValue.count), "expected one fill value or three, got \(fillValue.count)")
    self.factor = FactorRange(factor)
    self.scale = FactorRange(scale)
    self.fillValue = fillValue
    self.valueRange = valueRange
    self.seed = seed
  }

  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else {
      throw LayerShapeError(needs: "an image (height, width, channels)", advice: "put it before a flatten layer")
    }
    guard fillValue.count < 2 || fillValue.count == image.channels else {
      throw LayerShapeError(needs: "an image of \(fillValue.count) channels, as many as fill values")
    }
    return input
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    site.mode == .training && !factor.isZero ? AugmentationOperation(self, at: site) : nil
  }
}

extension RandomErasing: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageErasing {
    let width = scale.draw(&random).squareRoot() * Float(image.width)
    let height = scale.draw(&random).squareRoot() * Float(image.height)
    let left = random.nextUniform() * (Float(image.width) - width)
    let top = random.nextUniform() * (Float(image.height) - height)
    let probability = factor.draw(&random)
    let isErased = random.nextUniform() < probability
    return ImageErasing(
      rows: (top, isErased ? top + height : top), columns: (left, left + width), fill: fill(random))
  }

  private func fill(_ random: RandomStream) -> ImageErasing.Fill {
    let range = valueRange.floats
    guard let first = fillValue.first else {
      return .noise(NormalNumbers(random), scale: range.upperBound, range: range)
    }
    var values = SIMD4<Float>(repeating: Float(first))
    for (channel, value) in fillValue.enumerated() { values[channel] = Float(value) }
    return .values(
      values.clamped(lowerBound: SIMD4(repeating: range.lowerBound), upperBound: SIMD4(repeating: range.upperBound)))
  }
}
