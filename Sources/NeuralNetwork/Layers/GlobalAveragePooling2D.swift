import Configuration

/// The mean of each channel over all positions: (height, width, channels) becomes (channels), or (1, 1, channels) with
/// `keepDimensions`.
public struct GlobalAveragePooling2D: UnaryLayer, Equatable {
  public static let className = "GlobalAveragePooling2D"
  public static let classAliases = ["GlobalAvgPool2D"]
  public static let typeName = "global_average_pooling2d"
  public static let prototype = GlobalAveragePooling2D()
  public static let schema: Schema = [
    .bool("keepdims", \.keepDimensions)
  ]

  /// Whether the output is (1, 1, channels) instead of (channels).
  public var keepDimensions: Bool

  /// Creates a global average pooling layer.
  public init(keepDimensions: Bool = false) { self.keepDimensions = keepDimensions }

  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else { throw LayerShapeError(needs: "an image (height, width, channels)") }
    return keepDimensions ? [1, 1, image.channels] : [image.channels]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    GlobalAveragePooling2DOperation(
      output: TensorLayout(try outputShape(for: site.input.shape)),
      positions: site.input.shape.count / site.input.shape.channels)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    [.globalAverage(keepsDimensions: keepDimensions)]
  }
}

struct GlobalAveragePooling2DOperation: Operation {
  let output: TensorLayout
  /// Height · width of the input.
  let positions: Int

  private var channels: Int { output.shape.count }
  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    let scale = 1 / Float(positions)
    for sample in 0..<frame.samples {
      let mean = frame.output + sample * channels
      mean.update(repeating: 0, count: channels)
      for position in 0..<positions {
        let x = frame.input + (sample * positions + position) * channels
        for c in 0..<channels { mean[c] += x[c] }
      }
      for c in 0..<channels { mean[c] *= scale }
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    let scale = 1 / Float(positions)
    for sample in 0..<frame.samples {
      let dy = frame.outputGradient + sample * channels
      for position in 0..<positions {
        let dx = inputGradient + (sample * positions + position) * channels
        for c in 0..<channels { dx[c] = dy[c] * scale }
      }
    }
  }
}
