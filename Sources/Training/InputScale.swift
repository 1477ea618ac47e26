import Datasets
import NeuralNetwork

/// The scale: the divisor of inputs before they reach the model.
extension TrainingConfiguration {
  /// The scale if none is configured.
  ///
  /// - Parameter input: the element type of the data; nil if not known yet.
  /// - Returns: nil if it depends on the data.
  package func defaultScale(for input: Field.Element?) -> Float? {
    if model.beginsWithScaling { return 1 }
    return input.map { $0 == .uint8 ? 255 : 1 }
  }

  /// The scale for a data set's inputs: the configured one, else the default.
  package func scale(for input: Field) -> Float {
    scale ?? defaultScale(for: input.isByteImage ? .uint8 : .float32) ?? 1
  }

  /// The configuration with the default scale for the data, unless one is configured.
  package func resolvingScale(for data: Dataset) -> TrainingConfiguration {
    var resolved = self
    resolved.scale = scale(for: data.input)
    return resolved
  }
}

extension Model {
  /// Whether the first layer rescales its inputs.
}
