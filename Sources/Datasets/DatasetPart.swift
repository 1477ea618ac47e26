/// The samples of one purpose: training, validation or test.
public struct DatasetPart: Sendable {
  public let name: DatasetSplit
  public let data: Dataset

  /// Creates a part.
  public init(_ name: DatasetSplit, _ data: Dataset) {
    self.name = name
    self.data = data
  }
}

extension DatasetSource {
  /// All parts that the source has, without a validation split.
  ///
  /// - Throws: `DatasetError` or `FileError`.
  package func parts(_ context: DatasetContext) throws -> [DatasetPart] {
    let parts = try loadParts(context)
    return [DatasetPart(.train, parts.train)] + (parts.validation.map { [DatasetPart(.validation, $0)] } ?? [])
      + (parts.test.map { [DatasetPart(.test, $0)] } ?? [])
  }
}

extension DatasetSplits {
  /// The parts of a run. Test data that is used for validation too is the test part.
  package var parts: [DatasetPart] {
    [DatasetPart(.train, train)] + (hasOwnValidation ? [DatasetPart(.validation, validation)] : [])
      + (hasTest ? [DatasetPart(.test, test)] : [])
  }
}
