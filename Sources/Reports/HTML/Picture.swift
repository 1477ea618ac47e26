import Foundation
import Images

/// An image of pixels, as part of the document.
struct Picture {
  let image: PNGImage
  /// What is to be seen, for those who do not see it.
  let alternative: String

  /// Smaller images are enlarged without blurring their pixels.
  private static let smallWidth = 112

  var html: HTML {
    .void(
      "img",
      [
        "class": image.width < Self.smallWidth ? "pixels" : "photo", "alt": alternative,
        "width": "\(image.width)", "height": "\(image.height)",
        "src": "data:image/png;base64,\(Data(image.encoded).base64EncodedString())",
      ])
  }
}
