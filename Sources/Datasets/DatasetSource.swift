import Configuration
import Foundation
import Tensors

/// Where a data set comes from, as its user describes it.
///
/// A new data set is one file that conforms to this protocol, and one line in `DatasetCatalog.swift`.
public protocol DatasetSource: Sendable {
  /// The name in YAML and on the command line: `mnist`.
  static var name: String { get }
  /// What it is, in a line.
  static var summary: String { get }
  /// The keys of its options in YAML.
  static var optionKeys: [String] { get }
  /// What inputs are made of; nil if only the data tells.
  static var inputElement: Field.Element? { get }

  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader) throws

  /// The option without which there is no test data, if it is not set: a run then needs a validation split. Nil if there is
  /// test data, or only the data tells.
  var missingTestKey: String? { get }

  /// All options that are set, ready for YAML.
  var options: [ConfigurationEntry] { get }

  /// The same source with its files in `directory`; nil if it has no files.
  func inDirectory(_ directory: String) -> Self?

  /// Whether the data is at hand, in words: where it was found, or what is missing.
  func status(_ context: DatasetContext) -> String

  /// Fetches the files that are missing into the cache.
  ///
  /// - Returns: the paths of all files; nil if the source has none that can be fetched.
  /// - Throws: `DatasetError.unavailable`.
  func fetch(_ context: DatasetContext) throws -> [String]?

  /// Loads training and test data, and fetches what is missing if the source can.
  ///
  /// - Throws: `DatasetError`.
  func load(_ context: DatasetContext) throws -> DatasetSplits

  /// Loads one of the two, and needs no file of the other.
  ///
  /// - Throws: `DatasetError`.
  func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset

  /// Loads the inputs of one of the two, and their targets if they are there.
  ///
  /// - Throws: `DatasetError`.
  func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset

  /// Loads training data, and test data if there is any: what a run with a validation split of its own needs.
  ///
  /// - Throws: `DatasetError`.
  func loadParts(_ context: DatasetContext) throws -> (train: Dataset, test: Dataset?)
}

extension DatasetSource {
  public static var inputElement: Field.Element? { nil }

  public var missingTestKey: String? { nil }

  public func fetch(_ context: DatasetContext) throws -> [String]? { nil }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset { try load(context)[split] }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try load(split, context)
  }

  public func loadParts(_ context: DatasetContext) throws -> (train: Dataset, test: Dataset?) {
    let splits = try load(context)
    return (splits.train, splits.test)
  }

  /// Loads the data of a run.
  ///
  /// - Parameter validationSplit: the part of the training data that is set apart for validation, from its end; nil if the
  ///   test data validates.
  /// - Throws: `DatasetError`.
  public func load(_ context: DatasetContext, validationSplit: Double?) throws -> DatasetSplits {
    guard let validationSplit else { return try load(context) }
    let parts = try loadParts(context)
    let (train, validation) = try parts.train.split(validation: validationSplit)
    return try DatasetSplits(train: train, validation: validation, test: parts.test)
  }

  /// The shape of an input, from the test data, or else from the training data.
  ///
  /// - Throws: `DatasetError` or `FileError` for the test data if neither is there.
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

/// What loading depends on besides the source: the surroundings of the process.
public struct DatasetContext: Sendable {
  public var environment: [String: String]
  /// A server to fetch from, in place of the public mirrors.
  public var mirror: String?
  /// Whether what is missing may be fetched.
  public var canFetch = true
  /// Is told of each step of a download, as a line that replaces the one before; an empty one ends it.
  public var progress: @Sendable (String) -> Void

  public init(
    environment: [String: String], mirror: String? = nil, progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.environment = environment
    self.mirror = mirror
    self.progress = progress
  }

  /// The environment of this process.
  public static var current: DatasetContext { DatasetContext(environment: ProcessInfo.processInfo.environment) }

  /// Where fetched data is kept: `$XDG_CACHE_HOME/martlet`, or `~/.cache/martlet`; nil without a home.
  public var cacheDirectory: String? {
    // The XDG Base Directory Specification: a relative path counts as unset.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return "\(cache)/martlet" }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return "\(home)/.cache/martlet"
  }
}
