/// An error in a model: its layers do not fit together, or do not fit the data.
public struct ModelError: Error, Equatable {
  /// The index of the layer, from 0; nil for the model as a whole.
  public let layerIndex: Int?
  /// The name of the layer; empty for the model as a whole.
  public let layerName: String
  /// The reason, as a sentence.
  public let reason: String
  /// Advice for the author of the model, including the separator from the reason: `; use a smaller window`.
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
