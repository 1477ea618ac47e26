import Configuration
import DurableFiles
import Tensors

/// A source of a published data set, which is downloaded if it is not on this machine.
public protocol PublishedSource: DatasetSource {
  /// The directory of the files; nil to search the default locations, and to download the files if they are in none.
  var directory: String? { get set }

  /// How the files are found, verified and read.
  var published: PublishedSet { get }
}

/// The files of a published data set.
public struct PublishedSet: Sendable {
  let files: any PublishedFiles

  init(_ files: any PublishedFiles) { self.files = files }
}

/// The files of a published data set in one of the formats that such sets have.
protocol PublishedFiles: Sendable {
  /// Generated data of the same shape and number, and a noun for it: `digits`.
  var standIn: (source: any DatasetSource, description: String) { get }

  /// - Parameter directory: the directory of the files; nil for the default locations.
  func status(_ directory: String?, _ context: DatasetContext) -> String

  /// Whether `load` finds all files without downloading any.
  func isOnThisMachine(_ directory: String?, _ context: DatasetContext) -> Bool

  /// - Throws: `DatasetError`.
  func load(_ splits: [DatasetSplit], _ directory: String?, _ context: DatasetContext) throws -> [Dataset]

  /// Loads inputs, and labels if available.
  ///
  /// - Throws: `DatasetError`.
  func loadInputs(_ split: DatasetSplit, _ directory: String?, _ context: DatasetContext) throws -> Dataset

  /// Downloads only files that `load` would not find, or that are corrupt in the cache.
  ///
  /// - Returns: the paths of all files.
  /// - Throws: `DatasetError`.
  func fetch(_ directory: String?, _ context: DatasetContext) throws -> [String]
}

extension PublishedSource {
  public static var inputElement: Field.Element? { .uint8 }

  public var options: [ConfigurationEntry] {
    directory.map { [ConfigurationEntry("directory", ConfigurationNode(.string($0)))] } ?? []
  }

  public func inDirectory(_ directory: String) -> Self? {
    var source = self
    source.directory = directory
    return source
  }

  public func status(_ context: DatasetContext) -> String { published.files.status(directory, context) }

  /// Whether `load` finds all files without downloading any.
  public func isOnThisMachine(_ context: DatasetContext) -> Bool {
    published.files.isOnThisMachine(directory, context)
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    let parts = try published.files.load([.train, .test], directory, context)
    return try DatasetSplits(train: parts[0], test: parts[1])
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try check(split)
    return try published.files.load([split], directory, context)[0]
  }

  /// - Throws: `DatasetError.noValidationData` for the part that published data sets do not have.
  private func check(_ split: DatasetSplit) throws {
    guard DatasetSplit.published.contains(split) else { throw DatasetError.noValidationData(name: Self.name) }
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try check(split)
    return try published.files.loadInputs(split, directory, context)
  }

  public func fetch(_ context: DatasetContext) throws -> [String]? {
    try published.files.fetch(directory, context)
  }

  /// Generated data of the same shape and number, to measure with if the files are not on this machine and would be
  /// downloaded, and a noun for it; nil if there is nothing to download.
  package func standIn(_ context: DatasetContext) -> (source: any DatasetSource, description: String)? {
    directory == nil && !isOnThisMachine(context) ? published.files.standIn : nil
  }
}
