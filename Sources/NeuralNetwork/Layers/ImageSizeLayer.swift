import Configuration

/// A layer that changes the size of images.
protocol ImageSizeLayer: UnaryLayer {
  /// The height and width of the result, in pixels.
  var height: Int { get }
  var width: Int { get }
}

extension ImageSizeLayer {
  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else {
      throw LayerShapeError(needs: "an image (height, width, channels)", advice: "put it before a flatten layer")
    }
    return [height, width, image.channels]
  }

  var size: (height: Int, width: Int) { (height, width) }

  /// The largest part of an image with the aspect ratio of the result.
  func centeredPart(_ input: Shape) -> ImagePart {
    ImagePart.centered(in: (input.dimensions[0], input.dimensions[1]), like: size)
  }

  /// The part at the center of the size of the result; if the image is smaller, the largest one of its aspect ratio.
  func centralPart(_ input: Shape) -> ImagePart {
    let (rows, columns) = (input.dimensions[0] - height, input.dimensions[1] - width)
    guard rows >= 0, columns >= 0 else { return centeredPart(input) }
    return ImagePart(top: rows / 2, left: columns / 2, height: height, width: width)
  }

  func exchangeForm(
    _ part: ImagePart, _ interpolation: RandomTranslation.Interpolation, for input: Shape
  ) -> [ExchangeOperation] {
    var form: [ExchangeOperation] = []
    if (part.height, part.width) != (input.dimensions[0], input.dimensions[1]) {
      form.append(
        .cropping(
          ImageBorders(
            top: part.top, bottom: input.dimensions[0] - part.top - part.height, left: part.left,
            right: input.dimensions[1] - part.left - part.width)))
    }
    if (part.height, part.width) != size {
      form.append(
        .resizing(
          from: HeightWidth(part.height, part.width), to: HeightWidth(height, width),
          isBilinear: interpolation == .bilinear))
    }
    return form
  }
}
