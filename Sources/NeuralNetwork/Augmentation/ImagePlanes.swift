/// The memory layout of an image: planes of rows of pixels. Either one plane with all channels in each pixel, or one plane
/// per channel.
struct ImagePlanes {
  let count: Int
  let height: Int
  let width: Int
  /// The number of values per pixel.
  let channels: Int

  /// - Precondition: the layout is that of an image.
  init(_ layout: TensorLayout) {
    guard let image = layout.shape.image else { preconditionFailure("\(layout.shape) is not an image") }
    (height, width) = (image.height, image.width)
    let isPlanar = layout.channelsFirstImage != nil
    count = isPlanar ? image.channels : 1
    channels = isPlanar ? 1 : image.channels
  }

  /// The number of values per row, and per plane.
  var rowCount: Int { width * channels }
  var planeCount: Int { height * rowCount }
}
