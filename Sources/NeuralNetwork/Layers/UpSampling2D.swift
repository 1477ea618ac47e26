import Configuration

/// Enlarges images (height, width, channels) by whole factors.
public struct UpSampling2D: UnaryLayer, Equatable {
  public static let className = "UpSampling2D"
  public static let typeName = "up_sampling2d"
  public static let prototype = UpSampling2D()
  public static let schema: Schema = [
    .heightWidth("size", \.size, in: 1...LayerLimits.enlargement),
    .choice("interpolation", \.interpolation),
  ]

  /// How the new pixels are computed.
  public enum Interpolation: String, CaseIterable, Sendable {
    /// Each pixel is repeated.
    case nearest
    /// Linear between the centers of the two nearest pixels in each direction.
    case bilinear
  }

  /// The factors of the height and of the width.
  public var size: HeightWidth
  /// How the new pixels are computed.
  public var interpolation: Interpolation

  /// Creates a layer with Keras' defaults.
  public init(size: HeightWidth = HeightWidth(2, 2), interpolation: Interpolation = .nearest) {
    self.size = size
    self.interpolation = interpolation
  }

  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else { throw LayerShapeError(needs: "an image (height, width, channels)") }
    return [image.height * size.height, image.width * size.width, image.channels]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let output = TensorLayout(try outputShape(for: site.input.shape))
    return UpSamplingOperation(output: output, input: site.input.shape, layer: self)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.upsampling(self)] }
}

struct UpSamplingOperation: Operation {
  let output: TensorLayout
  private let input: Shape
  /// The pixels from which each row and each column of the output is computed.
  private let rows: [UpSampledPixel]
  private let columns: [UpSampledPixel]

  init(output: TensorLayout, input: Shape, layer: UpSampling2D) {
    self.output = output
    self.input = input
    rows = UpSampledPixel.all(size: input.dimensions[0], factor: layer.size.height, layer.interpolation)
    columns = UpSampledPixel.all(size: input.dimensions[1], factor: layer.size.width, layer.interpolation)
  }

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    let channels = input.channels
    forEachPixel(frame.samples) { place, offsets, weights in
      let (x, y) = (frame.input, frame.output + place)
      if weights.1 == 0, weights.2 == 0, weights.3 == 0 {
        y.update(from: x + offsets.0, count: channels)
        return
      }
      for c in 0..<channels {
        y[c] =
          (x[offsets.0 + c] * weights.0 + x[offsets.1 + c] * weights.1)
          + (x[offsets.2 + c] * weights.2 + x[offsets.3 + c] * weights.3)
      }
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let dx = frame.inputGradient else { return }
    dx.update(repeating: 0, count: frame.samples * input.count)
    let channels = input.channels
    forEachPixel(frame.samples) { place, offsets, weights in
      let dy = frame.outputGradient + place
      if weights.0 != 0 { for c in 0..<channels { dx[offsets.0 + c] += dy[c] * weights.0 } }
      if weights.1 != 0 { for c in 0..<channels { dx[offsets.1 + c] += dy[c] * weights.1 } }
      if weights.2 != 0 { for c in 0..<channels { dx[offsets.2 + c] += dy[c] * weights.2 } }
      if weights.3 != 0 { for c in 0..<channels { dx[offsets.3 + c] += dy[c] * weights.3 } }
    }
  }

  /// Calls `body` with the offset of each pixel of the output, and the offsets and weights of four pixels of the input.
  @inline(__always)
  private func forEachPixel(
    _ samples: Int,
    _ body: (_ place: Int, _ offsets: (Int, Int, Int, Int), _ weights: (Float, Float, Float, Float)) -> Void
  ) {
    let (width, channels) = (input.dimensions[1], input.channels)
    var place = 0
    for sample in 0..<samples {
      for row in rows {
        let first = sample * input.count + row.first * width * channels
        let second = sample * input.count + row.second * width * channels
        for column in columns {
          let (left, right) = (column.first * channels, column.second * channels)
          body(
            place, (first + left, first + right, second + left, second + right),
            (
              row.firstWeight * column.firstWeight, row.firstWeight * column.secondWeight,
              row.secondWeight * column.firstWeight, row.secondWeight * column.secondWeight
            ))
          place += channels
        }
      }
    }
  }
}

/// The two pixels of a line from which a pixel of the enlarged line is computed, and their weights.
private struct UpSampledPixel {
  let first: Int
  let second: Int
  let firstWeight: Float
  let secondWeight: Float

  static func all(size: Int, factor: Int, _ interpolation: UpSampling2D.Interpolation) -> [UpSampledPixel] {
    (0..<size * factor).map { index in
      guard interpolation == .bilinear, factor > 1 else {
        return UpSampledPixel(first: index / factor, second: index / factor, firstWeight: 1, secondWeight: 0)
      }
      // The center of the pixel, where pixel i of the input is at i.
      let place = (Double(index) + 0.5) / Double(factor) - 0.5
      let below = place.rounded(.down)
      let weight = Float(place - below)
      return UpSampledPixel(
        first: max(Int(below), 0), second: min(Int(below) + 1, size - 1), firstWeight: 1 - weight, secondWeight: weight)
    }
  }
}
