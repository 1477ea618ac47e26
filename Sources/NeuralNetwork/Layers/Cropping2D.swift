import Configuration

/// Removes rows and columns at the sides of an image (height, width, channels).
public struct Cropping2D: UnaryLayer, Equatable {
  public static let className = "Cropping2D"
  public static let typeName = "cropping2d"
  public static let prototype = Cropping2D()
  public static let schema: Schema = [.borders("cropping", \.cropping)]

  /// The rows and columns removed on each side.
  public var cropping: ImageBorders

  /// Creates a layer; Keras' default removes nothing.
  public init(cropping: ImageBorders = ImageBorders(0)) { self.cropping = cropping }

  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else { throw LayerShapeError(needs: "an image (height, width, channels)") }
    guard image.height > cropping.height, image.width > cropping.width else {
      throw LayerShapeError(
        needs: "an image of more than \(cropping.height)x\(cropping.width) pixels, which it removes")
    }
    return [image.height - cropping.height, image.width - cropping.width, image.channels]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let input = site.input.shape
    return CroppingOperation(output: TensorLayout(try outputShape(for: input)), input: input, borders: cropping)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.cropping(cropping)] }
}

struct CroppingOperation: Operation {
  let output: TensorLayout
  let input: Shape
  let borders: ImageBorders

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    ImageBorderCopy(small: output.shape, large: input, borders: borders).forEachRow(frame.samples) {
      small, large, count in
      (frame.output + small).update(from: frame.input + large, count: count)
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    inputGradient.update(repeating: 0, count: frame.samples * input.count)
    ImageBorderCopy(small: output.shape, large: input, borders: borders).forEachRow(frame.samples) {
      small, large, count in
      (inputGradient + large).update(from: frame.outputGradient + small, count: count)
    }
  }
}
