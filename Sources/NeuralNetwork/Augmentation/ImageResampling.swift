/// Crops an image to a part, and resizes that: each value becomes a weighted mean of up to two by two values.
struct ImageResampling: ImageChange {
  let rows: ResampledAxis
  let columns: ResampledAxis

  /// - Parameter size: the (height, width) of the result.
  init(
    _ part: ImagePart, to size: (height: Int, width: Int), _ interpolation: RandomTranslation.Interpolation = .bilinear
  ) {
    rows = ResampledAxis(start: part.top, size: part.height, count: size.height, interpolation: interpolation)
    columns = ResampledAxis(start: part.left, size: part.width, count: size.width, interpolation: interpolation)
  }

  static func scratchCount(_ image: ImagePlanes) -> Int { 0 }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (channels, rowCount) = (image.channels, columns.count * image.channels)
    for plane in 0..<image.count {
      let source = x + plane * image.planeCount
      for row in 0..<rows.count {
        let (top, below, weight) = rows.source(of: row)
        let target = y + (plane * rows.count + row) * rowCount
        for column in 0..<columns.count {
          let (left, right, share) = columns.source(of: column)
          let (above, under) = (source + top * image.rowCount, source + below * image.rowCount)
          for channel in 0..<channels {
            let (first, second) = (left * channels + channel, right * channels + channel)
            let upper = above[first] * (1 - share) + above[second] * share
            let lower = under[first] * (1 - share) + under[second] * share
            target[column * channels + channel] = upper * (1 - weight) + lower * weight
          }
        }
      }
    }
  }

  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (channels, rowCount) = (image.channels, columns.count * image.channels)
    dx.update(repeating: 0, count: image.count * image.planeCount)
    for plane in 0..<image.count {
      let target = dx + plane * image.planeCount
      for row in 0..<rows.count {
        let (top, below, weight) = rows.source(of: row)
        let gradient = dy + (plane * rows.count + row) * rowCount
        for column in 0..<columns.count {
          let (left, right, share) = columns.source(of: column)
          let (above, under) = (target + top * image.rowCount, target + below * image.rowCount)
          for channel in 0..<channels {
            let (first, second) = (left * channels + channel, right * channels + channel)
            let value = gradient[column * channels + channel]
            let (upper, lower) = (value * (1 - weight), value * weight)
            above[first] += upper * (1 - share)
            above[second] += upper * share
            under[first] += lower * (1 - share)
            under[second] += lower * share
          }
        }
      }
    }
  }
}

/// The same cropping and resizing of every image.
struct ResamplingOperation: Operation {
  let output: TensorLayout
  private let image: ImagePlanes
  private let resampling: ImageResampling

  /// - Precondition: the input is an image in Keras' order.
  init(_ part: ImagePart, output: Shape, interpolation: RandomTranslation.Interpolation = .bilinear, at site: LayerSite)
  {
    self.output = TensorLayout(output)
    image = ImagePlanes(site.input)
    resampling = ImageResampling(part, to: (output.dimensions[0], output.dimensions[1]), interpolation)
  }

  private var inputCount: Int { image.count * image.planeCount }
  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    for sample in 0..<frame.samples {
      resampling.apply(
        frame.input + sample * inputCount, to: frame.output + sample * output.shape.count, image, scratch: frame.scratch
      )
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let dx = frame.inputGradient else { return }
    for sample in 0..<frame.samples {
      resampling.transpose(
        frame.outputGradient + sample * output.shape.count, x: frame.input, to: dx + sample * inputCount, image,
        scratch: frame.scratch)
    }
  }
}
