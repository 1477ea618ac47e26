/// A file of a model that cannot be read, or a model that a format cannot hold.
public struct ModelFileError: Error, Equatable, Sendable {
  public enum Problem: Equatable, Sendable {
    /// The bytes are of no format that is read.
    case unknownFormat(ForeignFormat)
    /// It lacks something that every such file has.
    case missing(String)
    /// What stands there contradicts itself.
    case malformed(reason: String)
    /// The architecture of a model without its weights: Keras' `to_json()`.
    case architectureAlone
    /// A model that is described twice: in its file and in another.
    case ownArchitecture(other: String)
    /// A checkpoint of ours, which needs no import.
    case ownCheckpoint
    case unsupportedModel(className: String, reason: String? = nil)
    case unsupportedLayer(layer: String, className: String, supported: [String])
    /// A layer that acts in training only, in a model that is to be trained.
    case trainingLayer(layer: String, className: String)
    /// An option of a layer, an optimizer or a loss that changes the result in a way that is not computed here.
    case unsupportedOption(place: String, option: String, received: String, accepted: String, advice: String = "")
    /// An optimizer, a loss: one of a kind that is not known.
    case unsupportedName(kind: String, name: String, supported: [String], advice: String)
    /// A description of a model that cannot be computed: a wrong type, a value out of range, layers that do not fit together.
    case unusable(reason: String)
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

extension ModelFileError.Problem {
  /// What is wrong, without what to do about it.
  var descriptionWithoutAdvice: String {
    switch self {
    case .unsupportedName(let kind, let name, let supported, _):
      Self.unsupportedName(kind: kind, name: name, supported: supported, advice: "").description
    case .unsupportedOption(let place, let option, let received, let accepted, _):
      Self.unsupportedOption(place: place, option: option, received: received, accepted: accepted).description
    default: description
    }
  }
}

extension ModelFileError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownFormat(let format):
      "is \(format)"
    case .missing(let what):
      "has no \(what)."
    case .malformed(let reason):
      "is malformed: \(reason)."
    case .architectureAlone:
      "is the architecture of a Keras model (to_json) without its weights. Give the file of the weights, and this one by "
        + "--architecture."
    case .ownArchitecture(let other):
      "has its model with it: \(other) is not needed. Leave out --architecture."
    case .ownCheckpoint:
      "is a checkpoint of Martlet's: it needs no import."
    case .unsupportedModel(let className, let reason):
      reason.map {
        "is a model of the class \(className) that is not computed here: \($0). Models have one input and one output, and "
          + "each layer is called once."
      } ?? "is a model of the class \(className). Only Sequential and functional models are read."
    case .unsupportedLayer(let layer, let className, let supported):
      "layer '\(layer)' is a \(className), which is not computed here. Supported layers: "
        + "\(supported.joined(separator: ", "))."
    case .trainingLayer(let layer, let className):
      "layer '\(layer)' is a \(className): training with it is not computed here yet (predict, evaluate and export leave "
        + "it out). To train a model without it, start from these weights: martlet train RUN.yml --initial-weights FILE."
    case .unsupportedOption(let place, let option, let received, let accepted, let advice):
      "\(place): the option \(option) is \(received), which is not computed here. Accepted: \(accepted)."
        + (advice.isEmpty ? "" : " \(advice)")
    case .unsupportedName(let kind, let name, let supported, let advice):
      "the \(kind) \(name) is not known here. Supported: \(supported.joined(separator: ", ")).\(advice)"
    case .unusable(let reason):
      reason.hasSuffix(".") ? reason : "\(reason)."
    case .weights(let reason):
      "its weights do not fit the model: \(reason.hasSuffix(".") ? reason : "\(reason).")"
    case .scalingNotExpressible(let format, let isScaleKnown):
      isScaleKnown
        ? "the format \(format) holds weights, and no layer that divides pixels."
        : "what pixels are divided by is not known. Name it by --scale."
    case .notExpressible(let format, let layer, let reason):
      "layer '\(layer)' cannot be said in \(format): \(reason)."
    }
  }
}
