import Configuration
import DurableFiles
import Images
import Tensors

/// PNG and JPEG files in a folder of folders, one per class, or named by a list.
///
/// A folder with a subfolder `train` has its parts in `train`, `val` (or `validation`, `valid`) and `test`; any other one is
/// training data. Classes are the folders, in byte order of their names.
public struct ImageFolderSource: DatasetSource, Equatable {
  public static let name = "image_folder"
  public static let summary = "PNG and JPEG files, a folder per class"
  public static let optionKeys =
    ["directory", "files", "validation_files", "test_files", "cache", "unreadable"] + ImagePreparation.optionKeys
  public static let stratifiesByDefault = true
  /// Resized pictures are floats in the range of bytes.
  public static let inputElement: Field.Element? = .uint8

  /// The folder; with lists of files the folder of relative paths, by default that of the list.
  public var directory: String?
  /// The lists (CSV: path, label, weight) of the parts' files, by part.
  var lists: [DatasetSplit: String]
  /// How a picture becomes an input.
  package var preparation: ImagePreparation
  /// Where decoded pictures are kept.
  var cache: ImageCache?
  /// Whether pictures that cannot be read are left out, with a warning, instead of being an error.
  public var skipsUnreadable: Bool

  /// Creates a source of the pictures in a folder.
  ///
  /// - Parameter imageSize: the size that pictures are resized to; nil if all have the same size.
  public init(directory: String, imageSize: HeightWidth? = nil) {
    self.directory = directory
    lists = [:]
    preparation = ImagePreparation(size: imageSize)
    skipsUnreadable = false
  }

  public init(options: ConfigurationReader) throws {
    var lists: [DatasetSplit: String] = [:]
    for part in DatasetSplit.allCases { lists[part] = try options.optionalFilePath(part.listKey) }
    self.lists = lists
    directory = lists[.train] == nil ? try options.filePath("directory") : try options.optionalFilePath("directory")
    if lists[.train] == nil, let part = DatasetSplit.allCases.first(where: { lists[$0] != nil }) {
      throw options.error(.missingKey(key: DatasetSplit.train.listKey), at: part.listKey)
    }
    preparation = try ImagePreparation(options)
    let caches = ImageCache.allCases.map(\.rawValue)
    cache =
      options.node("cache") == nil
      ? nil : ImageCache(rawValue: try options.name("cache", kind: "cache", among: caches))
    let policies = ["stop", "skip"]
    skipsUnreadable = try options.name("unreadable", kind: "policy", among: policies, default: "stop") == "skip"
  }

  public var options: [ConfigurationEntry] {
    func text(_ key: String, _ value: String?) -> [ConfigurationEntry] {
      value.map { [ConfigurationEntry(key, ConfigurationNode(.string($0)))] } ?? []
    }
    return text("directory", directory)
      + DatasetSplit.allCases.flatMap { text($0.listKey, lists[$0]) }
      + preparation.options + text("cache", cache?.rawValue) + text("unreadable", skipsUnreadable ? "skip" : nil)
  }

  public func inDirectory(_ directory: String) -> ImageFolderSource? {
    var source = self
    source.directory = directory
    return source
  }

  public func status(_ context: DatasetContext) -> String {
    let place = directory ?? lists[.train] ?? ""
    return AtomicFile.exists(place) ? "in \(place)" : "missing: \(place)"
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    let parts = try loadParts(context)
    guard let test = parts.test ?? parts.validation else { throw noTestData }
    return try DatasetSplits(train: parts.train, test: test)
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let folder = try scan()
    guard folder.files[split] != nil else {
      throw split == .validation ? DatasetError.noValidationData(name: Self.name) : noTestData
    }
    return try loader(context).load(split, of: folder)
  }

  public func loadParts(_ context: DatasetContext) throws -> DatasetParts {
    let folder = try scan()
    let loader = loader(context)
    return DatasetParts(
      train: try loader.load(.train, of: folder),
      validation: folder.files[.validation] == nil ? nil : try loader.load(.validation, of: folder),
      test: folder.files[.test] == nil ? nil : try loader.load(.test, of: folder))
  }

  private func loader(_ context: DatasetContext) -> ImageFolderLoader {
    ImageFolderLoader(preparation: preparation, cache: cache, skipsUnreadable: skipsUnreadable, context)
  }

  private func scan() throws -> ImageFolder {
    guard lists[.train] == nil else { return try ImageFolder(lists: lists, directory: directory) }
    return try ImageFolder(directory: directory ?? ".")
  }

  public var noTestData: DatasetError {
    .noTestData(
      path: directory ?? lists[.train] ?? "data",
      advice: "Add a folder 'test' or 'val' beside 'train', or reserve a part of the training data "
        + "(fit.validation_split: 0.2)")
  }
}

/// Where decoded pictures are kept.
enum ImageCache: String, CaseIterable, Sendable {
  /// In memory, decoded once at the start.
  case memory
  /// In a file of the cache directory, decoded once.
  case disk
  /// Nowhere: decoded ahead of each batch.
  case none
}

extension DatasetSplit {
  /// The names of its folder among images.
  var folderNames: [String] { self == .validation ? ["val", "validation", "valid"] : [rawValue] }

  /// The key of its list of images.
  var listKey: String { self == .train ? "files" : "\(rawValue)_files" }
}
