import Tensors

/// The training, validation and test data of a run.
public struct DatasetSplits: Sendable {
  /// The training data.
  public let train: Dataset
  /// The data evaluated after each epoch: a validation split of the training data, or else the test data.
  public let validation: Dataset
  /// The data to evaluate a finished run on: the test data, or the validation data if there is none.
  public let test: Dataset
  /// Whether there is test data.
  public let hasTest: Bool
  /// Whether the validation data is split off from the training data.
  public let hasOwnValidation: Bool

  /// Creates splits without a separate validation set: the test data is used for validation too.
  ///
  /// - Throws: `DatasetError.unlikeParts` if their sample types differ.
  public init(train: Dataset, test: Dataset) throws {
    try self.init(train: train, validation: nil, test: test)
  }

  /// - Parameters:
  ///   - validation: samples split off from the training data.
  ///   - test: nil if there is none.
  /// - Throws: `DatasetError.unlikeParts` if the sample types differ.
  public init(train: Dataset, validation: Dataset, test: Dataset?) throws {
    try self.init(train: train, validation: validation as Dataset?, test: test)
  }

  /// - Precondition: there is validation or test data.
  private init(train: Dataset, validation: Dataset?, test: Dataset?) throws {
    guard let judge = validation ?? test, let last = test ?? validation else {
      preconditionFailure("a run needs validation or test data")
    }
    for other in [validation, test].compactMap({ $0 }) {
      // Integers may be read as labels in one part and as values in another: the loss decides which they are.
      // Pictures of one part may have the size already, and be bytes, while those of another are resized.
      let haveSameInputs = train.shape == other.shape && (train.input == other.input || train.isOfPictures)
      let areAlike = haveSameInputs && train.target?.shape == other.target?.shape
      guard areAlike else { throw DatasetError.unlikeParts(train: train.summary, other: other.summary) }
    }
    self.train = train
    self.validation = judge
    self.test = last
    hasTest = test != nil
    hasOwnValidation = validation != nil
  }

  /// The size of all inputs and targets in bytes.
  package var byteCount: Int {
    train.byteCount + validation.byteCount + (hasTest && hasOwnValidation ? test.byteCount : 0)
  }

  public subscript(split: DatasetSplit) -> Dataset {
    switch split {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }
}

extension Dataset {
  /// `'mine (train)': inputs: floats (13,), targets: floats (1,)`
  var summary: String {
    "'\(name)': inputs: \(input)" + (target.map { ", targets: \($0)" } ?? "")
  }
}
