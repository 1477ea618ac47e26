extension RunConfiguration {
  /// Loads the training, validation and test data of the run.
  ///
  /// - Throws: `ConfigurationError` if the run has no data source, `DatasetError` or `FileError` if the data is not
  ///   available.
  func load(_ context: DatasetContext) throws -> DatasetSplits {
    guard let source else { throw ConfigurationError(.missingKey(key: "dataset"), path: "data") }
    return try source.load(context, validationSplit: training.validationSplit)
  }

  /// Splits data passed by a program as `validationSplit` says.
  ///
  /// - Throws: `ConfigurationError` if the data has validation samples already, `DatasetError` if a part would be empty.
  func split(_ data: DatasetSplits) throws -> DatasetSplits {
    guard let validationSplit = training.validationSplit else { return data }
    guard !data.hasOwnValidation else {
      throw ConfigurationError(
        .conflict("the data already has validation samples: leave out the split, or pass only training data."),
        path: "fit.validation_split")
    }
    let (train, validation) = try data.train.split(validation: validationSplit)
    return try DatasetSplits(train: train, validation: validation, test: data.test)
  }

  /// The data to evaluate the finished run on: the test data of `source`, or else the validation split.
  ///
  /// - Parameter needsTargets: whether targets are required.
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
