import Configuration
import Tensors

/// What an array of a part is.
enum ArrayRole: String, CaseIterable, Sendable {
  case inputs
  case targets
  case weights
}

/// Loads the parts of a source of arrays.
struct ArrayParts {
  /// The name of the source.
  let source: String
  let cache: ConvertedSamples
  /// The error if there is no test data.
  let noTestData: DatasetError
  /// Whether the source names an array of a part.
  let has: (ArrayRole, DatasetSplit) -> Bool
  /// Opens an array.
  ///
  /// - Throws: an error that says that it is missing, too.
  let open: (ArrayRole, DatasetSplit) throws -> any StoredArray

  /// A part.
  ///
  /// - Parameter needsTargets: whether missing targets are an error.
  func load(_ part: DatasetSplit, needsTargets: Bool = true, _ context: DatasetContext) throws -> Dataset {
    if part == .test, !has(.inputs, .test), !has(.targets, .test) { throw noTestData }
    if part == .validation, !has(.inputs, part), !has(.targets, part) {
      throw DatasetError.noValidationData(name: source)
    }
    let inputs = try open(.inputs, part)
    let targets = needsTargets || has(.targets, part) ? try open(.targets, part) : nil
    let weights = needsTargets && has(.weights, part) ? try open(.weights, part) : nil
    return try ArrayPart(name: "\(source) (\(part))", inputs: inputs, targets: targets, weights: weights)
      .dataset(cache, context)
  }

  /// Training data, and validation and test data if the source has them.
  func all(_ context: DatasetContext) throws -> DatasetParts {
    func other(_ part: DatasetSplit) throws -> Dataset? {
      has(.inputs, part) || has(.targets, part) ? try load(part, context) : nil
    }
    return DatasetParts(
      train: try load(.train, context), validation: try other(.validation), test: try other(.test))
  }
}
