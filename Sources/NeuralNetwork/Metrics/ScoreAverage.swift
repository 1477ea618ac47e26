import Configuration

/// How the values of classes become one: of all their counts (micro), their mean (macro), or their mean weighted with the
/// number of positive targets (weighted).
public enum ScoreAverage: String, CaseIterable, Sendable {
  case micro, macro, weighted

  /// The option `average`. Keras' default, null, gives a value per class, which is not supported.
  static func option<Owner>(_ property: WritableKeyPath<Owner, ScoreAverage?> & Sendable) -> ConfigurationOption<Owner>
  {
    ConfigurationOption("average") { reader, owner in
      guard reader.node("average") != nil else {
        throw reader.error(
          .conflict("a value for each class is not supported: set average to micro, macro or weighted."), at: "average")
      }
      owner[keyPath: property] = ScoreAverage(
        rawValue: try reader.name("average", kind: "average", among: allCases.map(\.rawValue)))
    } write: {
      $0[keyPath: property].map { ConfigurationNode(.string($0.rawValue)) } ?? .null
    }
  }
}
