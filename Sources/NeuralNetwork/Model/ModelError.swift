/// A model whose layers do not fit together, or do not fit the data.
public struct ModelError: Error, Equatable {
  /// The position of the layer, from 0; nil if the model as a whole is wrong.
  public let layerIndex: Int?
  public let layerName: String
  public let reason: String
}

extension ModelError: CustomStringConvertible {
  public var description: String {
    layerIndex.map { "model[\($0)] (\(layerName)): \(reason)" } ?? "model: \(reason)"
  }
}
