import Tensors

/// The parts of a run's data: what it learns from, and what it is judged by.
public struct DatasetSplits: Sendable {
  public let train: Dataset
  /// What is evaluated after each epoch: samples set apart from the training data, or else the test data.
  public let validation: Dataset
  /// What a finished run is judged by: the test data; the validation data if there is none.
  public let test: Dataset
  /// Whether there is test data.
  public let hasTest: Bool
  /// Whether the validation data is set apart from the training data.
  public let hasOwnValidation: Bool

  /// Training and test data: the test data is the validation data, too.
  ///
  /// - Throws: `DatasetError.unlikeParts` if the samples of the two are not alike.
  public init(train: Dataset, test: Dataset) throws {
    try self.init(train: train, validation: nil, test: test)
  }

  /// - Parameters:
  ///   - validation: samples set apart from the training data.
  ///   - test: nil if there is none.
  /// - Throws: `DatasetError.unlikeParts` if the samples are not alike.
  public init(train: Dataset, validation: Dataset, test: Dataset?) throws {
    try self.init(train: train, validation: validation as Dataset?, test: test)
  }

  /// - Precondition: there is validation or test data.
  private init(train: Dataset, validation: Dataset?, test: Dataset?) throws {
    guard let judge = validation ?? test, let last = test ?? validation else {
      preconditionFailure("a run needs validation or test data")
    }
    for other in [validation, test].compactMap({ $0 }) {
      // Whole numbers can be labels in one part and values in another: what the loss makes of them counts.
      let areAlike = train.input == other.input && train.target?.shape == other.target?.shape
      guard areAlike else { throw DatasetError.unlikeParts(train: train.summary, other: other.summary) }
    }
    self.train = train
    self.validation = judge
    self.test = last
    hasTest = test != nil
    hasOwnValidation = validation != nil
  }

  /// The bytes of all inputs and targets.
  package var byteCount: Int {
    train.byteCount + validation.byteCount + (hasTest && hasOwnValidation ? test.byteCount : 0)
  }

  public subscript(split: DatasetSplit) -> Dataset { split == .train ? train : test }
}

extension Dataset {
  /// `'mine (train)': inputs: floats (13,), targets: floats (1,)`
  var summary: String {
    "'\(name)': inputs: \(input)" + (target.map { ", targets: \($0)" } ?? "")
  }
}
