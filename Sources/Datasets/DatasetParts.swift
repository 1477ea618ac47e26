/// What a source has: training data, and a validation and a test part if there are any.
public struct DatasetParts: Sendable {
  /// The training data.
  public var train: Dataset
  /// A validation part of the source's own, such as a folder `val`; nil if there is none.
  public var validation: Dataset?
  /// Nil if there is none.
  public var test: Dataset?

  /// Creates parts.
  public init(train: Dataset, validation: Dataset? = nil, test: Dataset? = nil) {
    self.train = train
    self.validation = validation
    self.test = test
  }
}
