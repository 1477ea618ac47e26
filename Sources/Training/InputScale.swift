import Datasets
import NeuralNetwork

/// What inputs are divided by before they come to the model.
extension TrainingConfiguration {
  /// The scale where none is given.
  ///
  /// - Parameter input: of the data; nil if it is not known yet.
  /// - Returns: nil if it depends on the data.
  package func defaultScale(for input: Field.Element?) -> Float? {
    if model.beginsWithScaling { return 1 }
    return input.map { $0 == .uint8 ? 255 : 1 }
  }

  /// The scale for some data: the given one, or else the default.
  package func scale(for input: Field) -> Float {
    scale ?? defaultScale(for: input.isByteImage ? .uint8 : .float32) ?? 1
  }

  /// The configuration with the scale that the data asks for, unless one is given.
  package func resolvingScale(for data: Dataset) -> TrainingConfiguration {
    var resolved = self
    resolved.scale = scale(for: data.input)
    return resolved
  }
}

extension Model {
  /// Whether the first layer scales what it reads.
}
