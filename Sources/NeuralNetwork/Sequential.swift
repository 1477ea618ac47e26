/// A model as its user describes it: layers, one after the other.
public struct Sequential: Sendable {
  public var layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  /// Keras' default names: the type of the layer, and from the second of a type on a number: `dense`, `dense_1`.
  public var layerNames: [String] {
    var counts: [String: Int] = [:]
    return layers.map { layer in
      let typeName = type(of: layer).typeName
      let count = counts[typeName, default: 0]
      counts[typeName] = count + 1
      return count == 0 ? typeName : "\(typeName)_\(count)"
    }
  }
}

/// A model whose layers do not fit together, or do not fit the data.
public struct ModelError: Error, Equatable {
  /// The position of the layer, from 0; nil if the model as a whole is wrong.
  public let layerIndex: Int?
  public let layerName: String
  public let reason: String
  /// What to do about it, for the author of the model, with what joins it to the reason: `; use a smaller window`.
  public var advice: String?
}

extension ModelError: CustomStringConvertible {
  public var description: String {
    let text = advice.map { "\(reason.dropLast())\($0)." } ?? reason
    return layerIndex.map { "model[\($0)] (\(layerName)): \(text)" } ?? "model: \(text)"
  }
}
