/// Which samples of a source a run uses, and how much each counts.
public struct SampleSettings: Hashable, Sendable {
  /// The samples of each part to use, for a quick try; nil for all.
  public var subset: Subset?
  /// The fraction of the training data held out for validation; nil for none.
  public var validationSplit: Double?
  /// Whether the validation samples are a fixed draw with the same share of each class, instead of the last ones; nil
  /// for the source's default.
  public var stratifies: Bool?
  /// Whether the samples of rare classes are repeated until all classes have the same number.
  public var oversamples: Bool
  /// The weight of each class in the training loss; nil for 1.
  public var classWeight: ClassWeight?

  /// A part of the samples: a fixed draw with the same share of each class, in the order of the data.
  public enum Subset: Hashable, Sendable {
    /// A number of training samples, and the same fraction of the other parts.
    case count(Int)
    /// A fraction of each part.
    case fraction(Double)
  }

  /// The weights of classes in the training loss.
  public enum ClassWeight: Hashable, Sendable {
    /// Each class in inverse proportion to its samples: count / (classes · samples of the class).
    case balanced
    /// By name, or by label; 1 for other classes.
    case values([String: Double])
  }

  /// Creates settings that use all samples alike.
  public init(
    subset: Subset? = nil, validationSplit: Double? = nil, stratifies: Bool? = nil, oversamples: Bool = false,
    classWeight: ClassWeight? = nil
  ) {
    self.subset = subset
    self.validationSplit = validationSplit
    self.stratifies = stratifies
    self.oversamples = oversamples
    self.classWeight = classWeight
  }
}
