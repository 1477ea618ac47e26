extension RunConfiguration {
  /// Loads the training, validation and test data of the run.
  ///
  /// - Throws: `ConfigurationError` if the run has no data source, `DatasetError` or `FileError` if the data is not
  ///   available.
  package func load(_ context: DatasetContext) throws -> DatasetSplits {
    guard let source else { throw ConfigurationError(.missingKey(key: "dataset"), path: "data") }
    return try load(source, context)
  }

  private func load(_ source: any DatasetSource, _ context: DatasetContext) throws -> DatasetSplits {
    try source.load(context, samples: training.samples, classNames: training.classNames)
  }

  /// Prepares data passed by a program as `samples` says.
  ///
  /// - Throws: `ConfigurationError` for a split of data that has validation samples already, `DatasetError` if other settings
  ///   do not suit the data.
  func split(_ data: DatasetSplits) throws -> DatasetSplits {
    guard training.validationSplit == nil || !data.hasOwnValidation else {
      throw ConfigurationError(
        .conflict("the data already has validation samples: leave out the split, or pass only training data."),
        path: "fit.validation_split")
    }
    let parts = DatasetParts(
      train: data.train, validation: data.hasOwnValidation ? data.validation : nil,
      test: data.hasTest ? data.test : nil)
    return try parts.prepared(training.samples, noTestData: .noSamples(name: data.train.name))
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
      guard case .noTestData = error, let data = try? load(source, context) else {
        throw error
      }
      return (data.validation, false)
    }
  }
}
