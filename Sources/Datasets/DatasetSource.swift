import Configuration
import Foundation
import Tensors

/// A configurable source of a data set.
///
/// A new data set is one file that conforms to this protocol, and one line in `DatasetCatalog.swift`.
public protocol DatasetSource: Sendable {
  /// The name in YAML and on the command line: `mnist`.
  static var name: String { get }
  /// A description in one line.
  static var summary: String { get }
  /// The keys of its options in YAML.
  static var optionKeys: [String] { get }
  /// The element type of inputs; nil if it depends on the data.
  static var inputElement: Field.Element? { get }

  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader) throws

  /// The unset option without which there is no test data, so that a run needs a validation split. Nil if there is test
  /// data, or if that depends on the data.
  var missingTestKey: String? { get }

  /// The source that reads the data at a path, a file or a directory; nil if it is data of another source, which is
  /// decided by its contents.
  ///
  /// - Throws: `DatasetError` or `FileError` if it is of this source, and cannot be read or is ambiguous.
  static func source(at path: String) throws -> Self?

  /// All options that are set, for YAML.
  var options: [ConfigurationEntry] { get }

  /// The same source reading its files from `directory`; nil if it has no files.
  func inDirectory(_ directory: String) -> Self?

  /// A description of whether the data is available: where it was found, or what is missing.
  func status(_ context: DatasetContext) -> String

  /// Downloads missing files into the cache.
  ///
  /// - Returns: the paths of all files; nil if the source has none to download.
  /// - Throws: `DatasetError.unavailable`.
  func fetch(_ context: DatasetContext) throws -> [String]?

  /// Loads training and test data, downloading missing files if the source supports that.
  ///
  /// - Throws: `DatasetError`.
  func load(_ context: DatasetContext) throws -> DatasetSplits

  /// Loads one split, without needing the files of the others.
  ///
  /// - Throws: `DatasetError`, also if there is no such part.
  func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset

  /// Loads the inputs of one split, and their targets if available.
  ///
  /// - Throws: `DatasetError`.
  func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset

  /// Loads training data, and validation and test data if there are any.
  ///
  /// - Throws: `DatasetError`.
  func loadParts(_ context: DatasetContext) throws -> DatasetParts

  /// The error of a run without a validation split if there is no test data.
  var noTestData: DatasetError { get }

  /// Whether the validation samples of a split are drawn by class unless the run says otherwise, because the data is
  /// sorted by class.
  static var stratifiesByDefault: Bool { get }
}

extension DatasetSource {
  public static var inputElement: Field.Element? { nil }

  public var missingTestKey: String? { nil }

  public static func source(at path: String) throws -> Self? { nil }

  public func fetch(_ context: DatasetContext) throws -> [String]? { nil }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    guard split != .validation else {
      guard let data = try loadParts(context).validation else { throw DatasetError.noValidationData(name: Self.name) }
      return data
    }
    return try load(context)[split]
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try load(split, context)
  }

  public func loadParts(_ context: DatasetContext) throws -> DatasetParts {
    let splits = try load(context)
    return DatasetParts(train: splits.train, test: splits.test)
  }

  public static var stratifiesByDefault: Bool { false }

  /// Loads the data of a run.
  ///
  /// - Parameter classNames: the names of the classes, if the data has none.
  /// - Throws: `DatasetError`.
  public func load(
    _ context: DatasetContext, samples: SampleSettings, classNames: [String]? = nil
  ) throws -> DatasetSplits {
    var samples = samples
    samples.stratifies = samples.stratifies ?? Self.stratifiesByDefault
    return try loadParts(context).named(classNames).prepared(samples, noTestData: noTestData)
  }

  public var noTestData: DatasetError {
    .noTestData(path: "data", advice: "Reserve a part of the training data (fit.validation_split: 0.2)")
  }

  /// The shape of an input, from the test data, or else from the training data.
  ///
  /// - Throws: `DatasetError` or `FileError` for the test data if neither is available.
  public func shape(_ context: DatasetContext) throws -> Shape {
    do {
      return try loadInputs(.test, context).shape
    } catch {
      guard let training = try? loadInputs(.train, context) else { throw error }
      return training.shape
    }
  }

  /// Loads with the environment of this process.
  public func load() throws -> DatasetSplits {
    try load(.current)
  }
}
