import Configuration
import Images
import Tensors

/// How a picture becomes an input: color mode and size.
package struct ImagePreparation: Equatable, Sendable {
  /// Nil if pictures keep their size.
  package var size: HeightWidth?
  package var colorMode: ColorMode
  package var interpolation: Interpolation
  package var cropsToAspectRatio: Bool

  static let optionKeys = ["image_size", "color_mode", "interpolation", "crop_to_aspect_ratio"]

  /// The largest height and width.
  private static let largestSize = 16_384

  package init(
    size: HeightWidth? = nil, colorMode: ColorMode = .rgb, interpolation: Interpolation = .bilinear,
    cropsToAspectRatio: Bool = false
  ) {
    self.size = size
    self.colorMode = colorMode
    self.interpolation = interpolation
    self.cropsToAspectRatio = cropsToAspectRatio
  }

  /// - Throws: `ConfigurationError` with the key and the value received.
  init(_ options: ConfigurationReader) throws {
    size = options.node("image_size") == nil ? nil : try options.heightWidth("image_size", in: 1...Self.largestSize)
    colorMode = try options.choice("color_mode", kind: "color mode", default: ColorMode.rgb)
    interpolation = try options.choice("interpolation", kind: "interpolation", default: Interpolation.bilinear)
    cropsToAspectRatio = try options.bool("crop_to_aspect_ratio", default: false)
  }

  /// - Parameter node: a mapping of options, as `configuration`.
  /// - Throws: `ConfigurationError`.
  package init(configuration node: ConfigurationNode) throws {
    try self.init(ConfigurationReader(node, path: "pictures", keys: Self.optionKeys))
  }

  /// All options, as a mapping.
  package var configuration: ConfigurationNode { ConfigurationNode(mapping: options) }

  var options: [ConfigurationEntry] {
    let size = size.map { [ConfigurationEntry("image_size", $0.configuration)] } ?? []
    return size + [
      ConfigurationEntry("color_mode", ConfigurationNode(.string(colorMode.rawValue))),
      ConfigurationEntry("interpolation", ConfigurationNode(.string(interpolation.rawValue))),
      ConfigurationEntry("crop_to_aspect_ratio", ConfigurationNode(.bool(cropsToAspectRatio))),
    ]
  }

  /// The resizing of pictures; nil if they keep their size.
  var resizing: ImageResizing? {
    size.map {
      ImageResizing(
        height: $0.height, width: $0.width, interpolation: interpolation, cropsToAspectRatio: cropsToAspectRatio)
    }
  }
}

extension ConfigurationReader {
  /// A name among the cases of a type.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, kind: String, default standard: Choice
  ) throws -> Choice {
    let names = Choice.allCases.map(\.rawValue)
    return Choice(rawValue: try name(key, kind: kind, among: names, default: standard.rawValue)) ?? standard
  }
}

extension ImagePreparation {
  /// Changes the color mode to the one with a number of channels.
  ///
  /// - Returns: false if there is none.
  package mutating func setChannels(_ channels: Int) -> Bool {
    guard let mode = ColorMode.allCases.first(where: { $0.channels == channels }) else { return false }
    colorMode = mode
    return true
  }
}
