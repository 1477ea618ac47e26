import Configuration
import Foundation

/// Where a data set comes from, as its user describes it.
///
/// A new data set is one file that conforms to this protocol, and one line in `DatasetCatalog`.
public protocol DatasetSource: Sendable {
  /// The name in YAML and on the command line: `mnist`.
  static var name: String { get }
  /// What it is, in a line.
  static var summary: String { get }
  /// The keys of its options in YAML.
  static var optionKeys: [String] { get }

  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader) throws

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

  /// Loads the images of one of the two, and their labels if they are there.
  ///
  /// - Throws: `DatasetError`.
  func loadImages(_ split: DatasetSplit, _ context: DatasetContext) throws -> ImageSet
}

extension DatasetSource {
  public func fetch(_ context: DatasetContext) throws -> [String]? { nil }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset { try load(context)[split] }

  public func loadImages(_ split: DatasetSplit, _ context: DatasetContext) throws -> ImageSet {
    ImageSet(try load(split, context))
  }

  /// The shape of the images, from the test images, or else from the training images.
  ///
  /// - Throws: `DatasetError` or `FileError` for the test images if neither is there.
  public func shape(_ context: DatasetContext) throws -> ImageShape {
    do {
      return try loadImages(.test, context).shape
    } catch {
      guard let training = try? loadImages(.train, context) else { throw error }
      return training.shape
    }
  }

  /// Loads with the environment of this process.
  public func load() throws -> DatasetSplits {
    try load(DatasetContext(environment: ProcessInfo.processInfo.environment))
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

  /// Where fetched data is kept: `$XDG_CACHE_HOME/martlet`, or `~/.cache/martlet`; nil without a home.
  public var cacheDirectory: String? {
    // The XDG Base Directory Specification: a relative path counts as unset.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return "\(cache)/martlet" }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return "\(home)/.cache/martlet"
  }
}

/// Every data set there is. A new one is registered here, on a line of its own.
public enum DatasetCatalog {
  public static let all: [any DatasetSource.Type] = [
    MNISTSource.self,
    DigitsSource.self,
    IDXSource.self,
  ]
}
