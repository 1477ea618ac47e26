extension RunConfiguration {
  /// The data that the run learns from and is judged by.
  ///
  /// - Throws: `ConfigurationError` if it names none, `DatasetError` or `FileError` if it is not available.
  func load(_ context: DatasetContext) throws -> DatasetSplits {
    guard let source else { throw ConfigurationError(.missingKey(key: "dataset"), path: "data") }
    return try source.load(context, validationSplit: training.validationSplit)
  }

  /// Data that a program hands over, with the samples set apart that the configuration asks for.
  ///
  /// - Throws: `ConfigurationError` if the data has validation samples already, `DatasetError` if a part would be empty.
  func split(_ data: DatasetSplits) throws -> DatasetSplits {
    guard let validationSplit = training.validationSplit else { return data }
    guard !data.hasOwnValidation else {
      throw ConfigurationError(
        .conflict("the data has validation samples of its own: leave out the split, or hand over training data alone."),
        path: "fit.validation_split")
    }
    let (train, validation) = try data.train.split(validation: validationSplit)
    return try DatasetSplits(train: train, validation: validation, test: data.test)
  }

  /// What the finished run is judged by: the test data of `source`, or else the samples that the run set apart.
  ///
  /// - Parameter needsTargets: whether data without its targets is of no use.
  /// - Returns: the data, and whether it is test data.
  /// - Throws: `DatasetError` or `FileError`.
  package func judgingData(
    of source: any DatasetSource, needsTargets: Bool, _ context: DatasetContext
  ) throws -> (data: Dataset, isTest: Bool) {
    do {
      return (needsTargets ? try source.load(.test, context) : try source.loadInputs(.test, context), true)
    } catch let error as DatasetError {
      guard case .noTestData = error, let validationSplit = training.validationSplit else { throw error }
      return (try source.load(context, validationSplit: validationSplit).validation, false)
    }
  }
}
