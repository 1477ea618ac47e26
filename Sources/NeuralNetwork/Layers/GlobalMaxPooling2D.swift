import Configuration

/// The maximum of each channel over all positions: (height, width, channels) becomes (channels), or (1, 1, channels)
/// with `keepDimensions`. Positions with equal maxima share the gradient.
public struct GlobalMaxPooling2D: UnaryLayer, Equatable {
  public static let className = "GlobalMaxPooling2D"
  public static let classAliases = ["GlobalMaxPool2D"]
  public static let typeName = "global_max_pooling2d"
  public static let prototype = GlobalMaxPooling2D()
  public static let schema: Schema = [.bool("keepdims", \.keepDimensions)]

  /// Whether the output is (1, 1, channels) instead of (channels).
  public var keepDimensions: Bool

  /// Creates a global max pooling layer.
  public init(keepDimensions: Bool = false) { self.keepDimensions = keepDimensions }

  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else { throw LayerShapeError(needs: "an image (height, width, channels)") }
    return keepDimensions ? [1, 1, image.channels] : [image.channels]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    GlobalMaxPooling2DOperation(
      output: TensorLayout(try outputShape(for: site.input.shape)),
      positions: site.input.shape.count / site.input.shape.channels)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    [.globalMaximum(keepsDimensions: keepDimensions)]
  }
}

struct GlobalMaxPooling2DOperation: Operation {
  let output: TensorLayout
  /// Height · width of the input.
  let positions: Int

  private var channels: Int { output.shape.count }
  var backwardReads: BackwardReads { [.inputs, .output] }
  /// The positions with the maximum of each channel.
  func scratchCount(samples: Int) -> Int { channels }

  func forward(_ frame: Frame) {
    for sample in 0..<frame.samples {
      let (x, y) = (frame.input + sample * positions * channels, frame.output + sample * channels)
      y.update(from: x, count: channels)
      for position in 1..<max(positions, 1) {
        let x = x + position * channels
        for c in 0..<channels { y[c] = x[c] > y[c] || x[c].isNaN ? x[c] : y[c] }
      }
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    let shares = frame.scratch
    for sample in 0..<frame.samples {
      let (y, dy) = (frame.output + sample * channels, frame.outputGradient + sample * channels)
      let first = sample * positions * channels
      let (x, dx) = (frame.input + first, inputGradient + first)
      shares.update(repeating: 0, count: channels)
      for position in 0..<positions {
        for c in 0..<channels { shares[c] += x[position * channels + c] == y[c] ? 1 : 0 }
      }
      for c in 0..<channels { shares[c] = dy[c] / shares[c] }
      for position in 0..<positions {
        let row = position * channels
        for c in 0..<channels { dx[row + c] = x[row + c] == y[c] ? shares[c] : 0 }
      }
    }
  }
}
