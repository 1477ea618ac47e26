/// How an image lies in memory: planes of rows of pixels. There is one plane with all channels in each pixel, or one plane
/// for each channel.
struct ImagePlanes {
  let count: Int
  let height: Int
  let width: Int
  /// The values of a pixel.
  let channels: Int

  /// - Parameter layout: that of an image.
  init(_ layout: TensorLayout) {
    guard let image = layout.shape.image else { preconditionFailure("\(layout.shape) is no image") }
    (height, width) = (image.height, image.width)
    let isPlanar = layout.channelsFirstImage != nil
    count = isPlanar ? image.channels : 1
    channels = isPlanar ? 1 : image.channels
  }

  /// The values of a row, and of a plane.
  var rowCount: Int { width * channels }
  var planeCount: Int { height * rowCount }
}
