/// An error of reading a model file, or of exporting a model.
public struct ModelFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The bytes are not of a supported format.
    case unknownFormat(ForeignFormat)
    /// Weights without a model.
    case weightsAlone
    /// A required part is missing.
    case missing(String)
    /// The contents are inconsistent.
    case malformed(reason: String)
    /// A model's architecture without weights: Keras' `to_json()`.
    case architectureAlone
    /// A model described both in its file and in another.
    case ownArchitecture(other: String)
    /// A Martlet checkpoint, which needs no import.
    case ownCheckpoint
    case unsupportedModel(className: String, reason: String? = nil)
    case unsupportedLayer(layer: String, className: String, supported: [String])
    /// An unsupported layer that is active only in training, in a model to be trained.
    case trainingLayer(layer: String, className: String)
    /// An unsupported option of a layer, an optimizer or a loss that changes the result.
    case unsupportedOption(place: String, option: String, received: String, accepted: String, advice: String = "")
    /// An unsupported optimizer or loss.
    case unsupportedName(kind: String, name: String, supported: [String], advice: String)
    /// An invalid model description: a wrong type, a value out of range, layers that do not fit together.
    case unusable(reason: String)
    /// Weights that do not match the model.
    case weights(reason: String)
    /// The format cannot express the model.
    case notExpressible(format: String, layer: String, reason: String)
    /// Division of the pixels within the model, for a format without a model or an unknown scale.
    case scalingNotExpressible(format: String, isScaleKnown: Bool)
  }

  /// The path of the file.
  public let file: String
  /// What is wrong.
  public let problem: Problem

  /// Creates an error of the file at a path.
  public init(file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }
}

extension ModelFileError: CustomStringConvertible {
  public var description: String { "\(file): \(problem)" }
}

extension ModelFileError.Problem {
  /// The end of messages about what only training needs, which only an import for training refuses.
  static let weightsCanBeImported = "The weights can be imported without it."

  /// Whether the file's weights can be imported without its optimizer.
  package var concernsTrainingAlone: Bool {
    switch self {
    case .unsupportedOption(_, _, _, _, let advice): advice.contains(Self.weightsCanBeImported)
    case .unsupportedName(_, _, _, let advice): advice.contains(Self.weightsCanBeImported)
    case .weights(let reason): reason.contains(Self.weightsCanBeImported)
    default: false
    }
  }

  /// The message without advice.
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
    case .weightsAlone:
      "has no model, only weights."
    case .missing(let what):
      "has no \(what)."
    case .malformed(let reason):
      "is malformed: \(reason)."
    case .architectureAlone:
      "is the architecture of a Keras model (to_json) without its weights."
    case .ownArchitecture(let other):
      "contains its model: \(other) is not needed."
    case .ownCheckpoint:
      "is a Martlet checkpoint: it needs no import."
    case .unsupportedModel(let className, let reason):
      reason.map {
        "is a model of the class \(className) that is not supported: \($0). Models have one input and one output, and "
          + "each layer is called once."
      } ?? "is a model of the class \(className). Only Sequential and functional models are read."
    case .unsupportedLayer(let layer, let className, let supported):
      "layer '\(layer)' is a \(className), which is not supported. Supported layers: "
        + "\(supported.joined(separator: ", "))."
    case .trainingLayer(let layer, let className):
      "layer '\(layer)' is a \(className): training with it is not supported yet (inference and exports leave it out)."
        + (KerasTrainingLayer.advice(className).map { " \($0)" } ?? "")
    case .unsupportedOption(let place, let option, let received, let accepted, let advice):
      "\(place): the option \(option) is \(received), which is not supported. Accepted: \(accepted)."
        + (advice.isEmpty ? "" : " \(advice)")
    case .unsupportedName(let kind, let name, let supported, let advice):
      "the \(kind) \(name) is not supported. Supported: \(supported.joined(separator: ", ")).\(advice)"
    case .unusable(let reason):
      reason.hasSuffix(".") ? reason : "\(reason)."
    case .weights(let reason):
      "its weights do not fit the model: \(reason.hasSuffix(".") ? reason : "\(reason).")"
    case .scalingNotExpressible(let format, let isScaleKnown):
      isScaleKnown
        ? "the format \(format) contains only weights, and no layer that divides pixels."
        : "the scale of the pixels is unknown."
    case .notExpressible(let format, let layer, let reason):
      "layer '\(layer)' cannot be expressed in \(format): \(reason)."
    }
  }
}
