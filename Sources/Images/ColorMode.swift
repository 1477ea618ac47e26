/// The channels of a decoded image: `color_mode` of Keras.
package enum ColorMode: String, CaseIterable, Sendable {
  case grayscale, rgb, rgba

  package var channels: Int {
    switch self {
    case .grayscale: 1
    case .rgb: 3
    case .rgba: 4
    }
  }
}
