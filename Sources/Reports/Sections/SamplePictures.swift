import Datasets
import Images

/// Samples of a data set as pictures with captions.
struct SamplePictures {
  let data: Dataset

  /// The bytes of the pixels of a report's pictures, of which there are fewer if they are large.
  private static let pixelLimit = 6 << 20

  /// The number of samples whose pixels are not too many, at least one.
  static func count(of data: Dataset, limit: Int) -> Int { min(limit, max(pixelLimit / max(data.shape.count, 1), 1)) }

  /// The picture of a sample; nil if it cannot be decoded.
  func picture(_ index: Int, alternative: String) -> HTML? {
    guard let size = data.shape.image, let pixels = try? data.pixels(index) else { return nil }
    let image = PNGImage(height: size.height, width: size.width, channels: size.channels, pixels: pixels)
    return Picture(image: image, alternative: alternative).html
  }

  /// A grid of pictures with their captions.
  ///
  /// - Parameter caption: the alternative text and the caption of a sample, by its place among `indices`.
  func cards(_ indices: [Int], caption: (Int) -> (alternative: String, caption: [HTML])) -> HTML {
    let cards = indices.prefix(Self.count(of: data, limit: indices.count)).enumerated().compactMap {
      place, index -> HTML? in
      let (alternative, caption) = caption(place)
      guard let picture = picture(index, alternative: alternative) else { return nil }
      return .element("figure", ["class": "sample"], [picture, .element("figcaption", [:], caption)])
    }
    return .element("div", ["class": "samples"], cards)
  }
}
