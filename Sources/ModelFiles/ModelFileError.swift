/// A file of a model that cannot be read, or a model that a format cannot hold.
public struct ModelFileError: Error, Equatable, Sendable {
  public enum Problem: Equatable, Sendable {
    /// The bytes are of no format that is read.
    case unknownFormat
    /// It lacks something that every such file has.
    case missing(String)
    /// What stands there contradicts itself.
    case malformed(reason: String)
    /// A checkpoint of ours, which needs no import.
    case ownCheckpoint
    case unsupportedModel(className: String)
    case unsupportedLayer(layer: String, className: String, supported: [String])
    /// An option of a layer, an optimizer or a loss that changes the result in a way that is not computed here.
    case unsupportedOption(place: String, option: String, received: String, accepted: String)
    /// An optimizer, a loss: one of a kind that is not known.
    case unsupportedName(kind: String, name: String, supported: [String], advice: String)
    /// A Rescaling layer that is not the first one.
    case misplacedRescaling
    /// Weights that do not belong to the model.
    case weights(reason: String)
    /// Nothing in the format says what the model computes.
    case notExpressible(format: String, layer: String, reason: String)
    /// The division of the pixels as a part of the model, in a format that holds no model or for a scale that is not known.
    case scalingNotExpressible(format: String, isScaleKnown: Bool)
  }

  public let file: String
  public let problem: Problem

  public init(file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }
}

extension ModelFileError: CustomStringConvertible {
  public var description: String { "\(file): \(problem)" }
}

extension ModelFileError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownFormat:
      "is no model: neither a checkpoint of Martlet's, nor a zip archive (.keras), nor an HDF5 file (.h5)."
    case .missing(let what):
      "has no \(what)."
    case .malformed(let reason):
      "is malformed: \(reason)."
    case .ownCheckpoint:
      "is a checkpoint of Martlet's: it needs no import."
    case .unsupportedModel(let className):
      "is a model of the class \(className). Only Sequential models are read: layers one after the other."
    case .unsupportedLayer(let layer, let className, let supported):
      "layer '\(layer)' is a \(className), which is not computed here. Supported layers: "
        + "\(supported.joined(separator: ", "))."
    case .unsupportedOption(let place, let option, let received, let accepted):
      "\(place): the option \(option) is \(received), which is not computed here. Accepted: \(accepted)."
    case .unsupportedName(let kind, let name, let supported, let advice):
      "the \(kind) \(name) is not known here. Supported: \(supported.joined(separator: ", ")).\(advice)"
    case .misplacedRescaling:
      "a Rescaling layer is not the first one: only there, where it divides pixels, it is understood."
    case .weights(let reason):
      "its weights do not belong to its model: \(reason)."
    case .scalingNotExpressible(let format, let isScaleKnown):
      isScaleKnown
        ? "the format \(format) holds weights, and no layer that divides pixels."
        : "what pixels are divided by is not known. Name it by --scale."
    case .notExpressible(let format, let layer, let reason):
      "layer '\(layer)' cannot be said in \(format): \(reason)."
    }
  }
}
