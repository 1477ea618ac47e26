/// A model whose layers do not fit together, or do not fit the data.
public struct ModelError: Error, Equatable {
  /// The position of the layer, from 0; nil if the model as a whole is wrong.
  public let layerIndex: Int?
  public let layerName: String
  public let reason: String
  /// What to do about it, for the author of the model, with what joins it to the reason: `; use a smaller window`.
  public var advice: String?

  package init(layerIndex: Int?, layerName: String, reason: String, advice: String? = nil) {
    self.layerIndex = layerIndex
    self.layerName = layerName
    self.reason = reason
    self.advice = advice
  }
}

extension ModelError: CustomStringConvertible {
  public var description: String {
    let text = advice.map { "\(reason.dropLast())\($0)." } ?? reason
    return layerIndex.map { "model[\($0)] (\(layerName)): \(text)" } ?? "model: \(text)"
  }
}
