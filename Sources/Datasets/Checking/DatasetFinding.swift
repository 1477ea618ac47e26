/// Something in a data set that a user should look at.
package struct DatasetFinding: Sendable, Equatable {
  /// The kinds of findings.
  package enum Kind: String, Sendable, CaseIterable {
    /// One input with several targets.
    case conflictingTargets = "conflicting_targets"
    /// One input in several parts.
    case sharedSamples = "shared_samples"
    /// An input with a value that is NaN or infinite.
    case nonfiniteSamples = "nonfinite_samples"
    /// An image with the same value everywhere.
    case constantSamples = "constant_samples"
    /// A label without a class name.
    case unnamedClasses = "unnamed_classes"
    /// A class of the validation or test part that the training part lacks.
    case untrainedClasses = "untrained_classes"
    /// One input several times in one part.
    case repeatedSamples = "repeated_samples"
    /// A class with less than a tenth of the samples that an even division would give it.
    case rareClasses = "rare_classes"
    /// A class of the training part that the validation or test part lacks.
    case unevaluatedClasses = "unevaluated_classes"
    /// A class with no samples at all.
    case emptyClasses = "empty_classes"
    /// A channel, or a position of a vector, with the same value in all training samples.
    case constantChannels = "constant_channels"

    /// Whether it makes a training or its evaluation wrong. The others are remarks: they may be intended.
    package var isProblem: Bool {
      switch self {
      case .conflictingTargets, .sharedSamples, .nonfiniteSamples, .constantSamples, .unnamedClasses,
        .untrainedClasses:
        true
      case .repeatedSamples, .rareClasses, .unevaluatedClasses, .emptyClasses, .constantChannels: false
      }
    }
  }

  package let kind: Kind
  /// How often it was found.
  package let count: Int
  /// What was found, in a sentence.
  package let summary: String
  /// The samples or classes concerned, the first ones if there are many.
  package let examples: [String]

  /// The maximum number of examples.
  static let exampleLimit = 10

  init(_ kind: Kind, count: Int, _ summary: String, examples: [String]) {
    self.kind = kind
    self.count = count
    self.summary = summary
    self.examples = Array(examples.prefix(Self.exampleLimit))
  }
}
