import EventFiles
import Images

/// A picture for TensorBoard.
struct Picture {
  let image: PNGImage

  func summary(_ tag: String, step: Int) -> Summary {
    Summary(
      tag, step: step,
      .image(height: image.height, width: image.width, channels: image.channels, png: image.encoded))
  }
}
