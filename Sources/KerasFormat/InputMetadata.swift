import Configuration
import Datasets

/// What a model file says about the inputs and outputs of its model, besides the model: the pixel scale, the names of the
/// classes, and how pictures become inputs.
///
/// It is stored in HDF5 attributes, in JSON and in the metadata of ONNX, safetensors and zip archives. Other programs
/// ignore it.
package struct InputMetadata: Equatable, Sendable {
  package var scale: Float?
  package var classNames: [String]?
  package var pictures: ImagePreparation?

  private static let classNamesKey = "martlet_class_names"
  private static let picturesKey = "martlet_pictures"

  package init(scale: Float? = nil, classNames: [String]? = nil, pictures: ImagePreparation? = nil) {
    self.scale = scale
    self.classNames = classNames
    self.pictures = pictures
  }

  /// Reads metadata; what is not valid is ignored, as other programs may have changed it.
  ///
  /// - Parameter text: the text of a key; nil if there is none.
  package init(_ text: (_ key: String) throws -> String?) rethrows {
    scale = try text(PixelScale.key).flatMap(PixelScale.value)
    classNames = try text(Self.classNamesKey).flatMap { try? JSONDocument.parse($0) }.flatMap(Self.strings)
    pictures = try text(Self.picturesKey).flatMap { text in
      try? ImagePreparation(configuration: JSONDocument.parse(text))
    }
  }

  /// The keys and their texts.
  package var entries: [(key: String, text: String)] {
    var entries: [(key: String, text: String)] = []
    if let scale { entries.append((PixelScale.key, PixelScale.text(scale))) }
    if let classNames { entries.append((Self.classNamesKey, ConfigurationNode(strings: classNames).json)) }
    if let pictures { entries.append((Self.picturesKey, pictures.configuration.json)) }
    return entries
  }

  private static func strings(_ node: ConfigurationNode) -> [String]? {
    guard case .sequence(let elements) = node.value else { return nil }
    let strings = elements.compactMap { element -> String? in
      guard case .string(let text) = element.value else { return nil }
      return text
    }
    return strings.isEmpty || strings.count < elements.count ? nil : strings
  }
}

extension TrainedModel {
  /// The metadata of a file.
  ///
  /// - Parameter scale: the pixel scale before the file's model.
  package func metadata(scale: Float?) -> InputMetadata {
    InputMetadata(scale: scale, classNames: classNames, pictures: pictures)
  }
}
