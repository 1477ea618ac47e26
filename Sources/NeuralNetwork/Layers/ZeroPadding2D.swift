import Configuration

/// Adds rows and columns of zeros to an image (height, width, channels).
public struct ZeroPadding2D: UnaryLayer, Equatable {
  public static let className = "ZeroPadding2D"
  public static let typeName = "zero_padding2d"
  public static let prototype = ZeroPadding2D()
  public static let schema: Schema = [.borders("padding", \.padding)]

  /// The rows and columns added on each side.
  public var padding: ImageBorders

  /// Creates a layer with Keras' default of one pixel on each side.
  public init(padding: ImageBorders = ImageBorders(1)) { self.padding = padding }

  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else { throw LayerShapeError(needs: "an image (height, width, channels)") }
    return [image.height + padding.height, image.width + padding.width, image.channels]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let input = site.input.shape
    return PaddingOperation(output: TensorLayout(try outputShape(for: input)), input: input, borders: padding)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.padding(padding)] }
}

struct PaddingOperation: Operation {
  let output: TensorLayout
  let input: Shape
  let borders: ImageBorders

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    frame.output.update(repeating: 0, count: frame.samples * output.shape.count)
    ImageBorderCopy(small: input, large: output.shape, borders: borders).forEachRow(frame.samples) {
      small, large, count in
      (frame.output + large).update(from: frame.input + small, count: count)
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    ImageBorderCopy(small: input, large: output.shape, borders: borders).forEachRow(frame.samples) {
      small, large, count in
      (inputGradient + small).update(from: frame.outputGradient + large, count: count)
    }
  }
}

/// The rows of images within larger ones.
struct ImageBorderCopy {
  let small: Shape
  let large: Shape
  let borders: ImageBorders

  /// Calls `body` with the offset of each row in both images, and the values of a row in the small one.
  @inline(__always)
  func forEachRow(_ samples: Int, _ body: (_ small: Int, _ large: Int, _ count: Int) -> Void) {
    let (rows, count, stride) = (
      small.dimensions[0], small.dimensions[1] * small.channels, large.dimensions[1] * large.channels
    )
    for sample in 0..<samples {
      for row in 0..<rows {
        body(
          sample * small.count + row * count,
          sample * large.count + (row + borders.top) * stride + borders.left * large.channels, count)
      }
    }
  }
}
