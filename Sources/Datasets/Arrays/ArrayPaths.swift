import Configuration
import Tensors

/// The paths of the arrays of each part, as options: `train_inputs`, `train_targets`, `train_weights`, and the same for
/// `validation` and `test`.
public struct ArrayPaths: Equatable, Sendable {
  static let keys = DatasetSplit.allCases.flatMap { part in ArrayRole.allCases.map { key($0, part) } }

  private var paths: [String: String] = [:]

  /// Creates paths; those of a part that is not loaded may be nil.
  public init(
    trainInputs: String? = nil, trainTargets: String? = nil, trainWeights: String? = nil,
    validationInputs: String? = nil, validationTargets: String? = nil, validationWeights: String? = nil,
    testInputs: String? = nil, testTargets: String? = nil, testWeights: String? = nil
  ) {
    let all = [
      trainInputs, trainTargets, trainWeights, validationInputs, validationTargets, validationWeights, testInputs,
      testTargets, testWeights,
    ]
    for (key, path) in zip(Self.keys, all) { paths[key] = path }
  }

  /// Reads the options.
  ///
  /// - Parameter path: reads a path.
  /// - Throws: `ConfigurationError`, also if there are inputs of neither training nor test data, or targets or weights
  ///   without their inputs.
  init(_ options: ConfigurationReader, _ path: (String) throws -> String?) throws {
    for key in Self.keys { paths[key] = try path(key) }
    for part in DatasetSplit.allCases where self[.inputs, part] == nil {
      let isNeeded = part == .train && self[.inputs, .test] == nil
      let hasOthers = self[.targets, part] != nil || self[.weights, part] != nil
      if isNeeded || hasOthers { _ = try options.string(Self.key(.inputs, part)) }
    }
  }

  private static func key(_ role: ArrayRole, _ part: DatasetSplit) -> String { "\(part)_\(role)" }

  subscript(role: ArrayRole, part: DatasetSplit) -> String? { paths[Self.key(role, part)] }

  /// - Throws: `ConfigurationError` if the path is not given.
  func required(_ role: ArrayRole, _ part: DatasetSplit) throws -> String {
    guard let path = self[role, part] else {
      throw ConfigurationError(.missingKey(key: Self.key(role, part)), path: "data")
    }
    return path
  }

  /// All paths that are given, for YAML.
  var options: [ConfigurationEntry] {
    Self.keys.compactMap { key in
      paths[key].map { ConfigurationEntry(key, ConfigurationNode(.string($0))) }
    }
  }

  /// All paths that are given.
  var given: [String] { Self.keys.compactMap { paths[$0] } }

  /// The option without which there is neither validation nor test data.
  var missingTestKey: String? {
    self[.inputs, .test] == nil && self[.inputs, .validation] == nil ? Self.key(.inputs, .test) : nil
  }

  static let noTestData = DatasetError.noTestData(
    path: "data",
    advice: "Name test_inputs and test_targets, or reserve a part of the training data (fit.validation_split: 0.2)")

  func mapPaths(_ change: (String) -> String) -> ArrayPaths {
    var changed = self
    changed.paths = paths.mapValues(change)
    return changed
  }
}
