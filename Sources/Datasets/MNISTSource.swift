import Configuration
import DurableFiles
import Tensors

/// MNIST, from its four IDX files or Keras' `mnist.npz`: 60,000 training and 10,000 test images of handwritten digits, 28x28.
///
/// Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
/// Proceedings of the IEEE 86 (1998).
public struct MNISTSource: DatasetSource, Equatable {
  public static let name = "mnist"
  public static let summary = "60,000 + 10,000 handwritten digits, 28x28 (downloaded if missing)"
  public static let optionKeys = ["directory"]
  public static let inputElement: Field.Element? = .uint8

  /// The directory of the files; nil to search the default locations, and to download the files if they are in none.
  public var directory: String?

  /// Creates a source that reads from a directory, or from the default locations if nil.
  public init(directory: String? = nil) { self.directory = directory }

  public init(options: ConfigurationReader) throws { directory = try options.optionalFilePath("directory") }

  public var options: [ConfigurationEntry] {
    directory.map { [ConfigurationEntry("directory", ConfigurationNode(.string($0)))] } ?? []
  }

  public func inDirectory(_ directory: String) -> MNISTSource? { MNISTSource(directory: directory) }

  /// The published files, in the order train images, train labels, test images, test labels, with the SHA-256 of their
  /// unpacked contents.
  static let files = [
    PublishedFile(
      name: "train-images-idx3-ubyte", size: 47_040_016,
      sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    PublishedFile(
      name: "train-labels-idx1-ubyte", size: 60_008,
      sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    PublishedFile(
      name: "t10k-images-idx3-ubyte", size: 7_840_016,
      sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    PublishedFile(
      name: "t10k-labels-idx1-ubyte", size: 10_008,
      sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
  ]

  private static func files(of split: DatasetSplit) -> (images: PublishedFile, labels: PublishedFile) {
    split == .train ? (files[0], files[1]) : (files[2], files[3])
  }

  /// The fingerprint of the contents of these files.
  private static func fingerprint(of split: DatasetSplit) -> String {
    switch split {
    case .train: "23ba8891bbc676b3a5ac886911981f194a33370f86a2af7c307ae87635b5f258"
    case .test: "8dc6d71daebc6f811b96cb4b0f4d20ac1615a46527c6d3b2b8ce5b4b175375bd"
    }
  }

  /// The public mirrors of the `.gz` files.
  static let mirrors = [
    "https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/",
  ]

  public func status(_ context: DatasetContext) -> String {
    guard let found = complete(context) else {
      if let archive = archive(context) { return "in \(archive)" }
      return directory.map { "not in \($0)" } ?? "not on this machine; downloaded when needed"
    }
    guard let (bad, path) = Self.firstDamaged(found.paths) else { return "in \(found.directory)" }
    return "in \(found.directory), but \(path) is not the published '\(bad.name)'"
  }

  /// Whether `load` finds all files without downloading any.
  public func isOnThisMachine(_ context: DatasetContext) -> Bool {
    complete(context) != nil || archive(context) != nil
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try DatasetSplits(train: load(.train, context), test: load(.test, context))
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let files = Self.files(of: split)
    if find([files.images, files.labels], context) == nil, let archive = archive(context) {
      return try Self.load(split, ofArchive: archive)
    }
    let paths = try locate([files.images, files.labels], context)
    return try withAdvice(context) {
      let dataset = try IDXSource.read(name: "mnist (\(split))", images: paths[0], labels: paths[1])
      // Verified by the fingerprint, which a run needs anyway; the files' own checksums only tell which of them is
      // wrong.
      if dataset.fingerprint != Self.fingerprint(of: split) {
        try Self.check([(files.images, paths[0]), (files.labels, paths[1])])
      }
      return dataset
    }
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let files = Self.files(of: split)
    if find([files.images, files.labels], context) != nil { return try load(split, context) }
    if find([files.images], context) == nil, let archive = archive(context) {
      return try Self.load(split, ofArchive: archive)
    }
    let path = try locate([files.images], context)[0]
    // Downloads include labels.
    if find([files.images, files.labels], context) != nil { return try load(split, context) }
    return try withAdvice(context) {
      let images = try IDXSource.read(name: "mnist (\(split))", images: path, labels: nil)
      try Self.check([(files.images, path)])
      return images
    }
  }

  /// Adds advice on how to replace a corrupt file in the cache.
  private func withAdvice<Result>(_ context: DatasetContext, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch DatasetError.damaged(let path, let reason)
      where context.cacheDirectory.map({ path.hasPrefix($0) }) ?? false
    {
      throw DatasetError.damaged(path: path, reason: "\(reason); 'martlet data fetch \(Self.name)' replaces it")
    }
  }

  /// Checks that files have exactly the published contents.
  ///
  /// - Throws: `DatasetError.damaged`, `FileError`.
  private static func check(_ files: [(file: PublishedFile, path: String)]) throws {
    for (file, path) in files where try !file.isGood(path) {
      throw DatasetError.damaged(path: path, reason: file.isNot(name))
    }
  }

  private static func firstDamaged(_ paths: [String]) -> (file: PublishedFile, path: String)? {
    zip(files, paths).first { file, path in (try? file.isGood(path)) != true }.map { ($0, $1) }
  }

  // MARK: - Locations

  /// The paths of some of the files; downloads all of them if they are in none of the default locations.
  func locate(_ wanted: [PublishedFile], _ context: DatasetContext, canFetch: Bool = true) throws -> [String] {
    if let paths = find(wanted, context) { return paths }
    if let directory {
      guard AtomicFile.isDirectory(directory) else {
        let reason = AtomicFile.exists(directory) ? "not a directory" : "no such directory"
        throw FileError(path: directory, operation: .read, reason: reason)
      }
      let missing = wanted.first { $0.path(in: directory) == nil } ?? wanted[0]
      throw DatasetError.missingFile(name: missing.name, directory: directory)
    }
    guard canFetch else { return [] }
    _ = try fetchFiles(context)
    return try locate(wanted, context, canFetch: false)
  }

  /// The paths of some of the files in the first location that has them all; nil if none does.
  private func find(_ wanted: [PublishedFile], _ context: DatasetContext) -> [String]? {
    Self.directories(directory, context).lazy.map { place in wanted.compactMap { $0.path(in: place) } }
      .first { $0.count == wanted.count }
  }

  /// The first location that has all files.
  private func complete(_ context: DatasetContext) -> (directory: String, paths: [String])? {
    Self.directories(directory, context).lazy.map { place in
      (directory: place, paths: Self.files.compactMap { $0.path(in: place) })
    }.first { $0.paths.count == Self.files.count }
  }

  /// Downloads only files that `load` would not find, or that are corrupt in the cache.
  public func fetch(_ context: DatasetContext) throws -> [String]? {
    if let found = complete(context), found.directory != cache(context) {
      try Self.check(Array(zip(Self.files, found.paths)).map { (file: $0, path: $1) })
      return found.paths
    }
    if complete(context) == nil, let archive = archive(context) {
      for split in DatasetSplit.allCases { _ = try Self.load(split, ofArchive: archive) }
      return [archive]
    }
    return try fetchFiles(context)
  }

  /// - Returns: the four files' paths.
  /// - Throws: `DatasetError.unavailable` with advice.
  private func fetchFiles(_ context: DatasetContext) throws -> [String] {
    guard let cache = cache(context) else {
      throw DatasetError.unavailable(
        dataset: Self.name, directory: "~/.cache/martlet/mnist", urls: Self.mirrors,
        reasons: ["neither HOME nor XDG_CACHE_HOME is set, so there is no cache directory"])
    }
    guard context.canFetch else {
      throw DatasetError.unavailable(
        dataset: Self.name, directory: cache, urls: Self.mirrors,
        reasons: ["downloading is disabled: 'martlet data fetch \(Self.name)' downloads it"])
    }
    let mirrors = context.mirror.map { [$0] } ?? Self.mirrors
    let download = DatasetDownload(
      dataset: Self.name, directory: cache, mirrors: mirrors, progress: context.progress)
    return try Self.files.map { try download.fetch($0) }
  }

  // MARK: - Keras' archive

  /// Keras' archive of the same data, used if the files are missing: in the directory, or in `~/.keras/datasets`.
  private func archive(_ context: DatasetContext) -> String? {
    let name = "mnist.npz"
    if let directory { return AtomicFile.isFile("\(directory)/\(name)") ? "\(directory)/\(name)" : nil }
    let own = context.environment["KERAS_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    let home = context.environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.keras" }
    return (own ?? home).map { "\($0)/datasets/\(name)" }.flatMap { AtomicFile.isFile($0) ? $0 : nil }
  }

  private static func load(_ split: DatasetSplit, ofArchive path: String) throws -> Dataset {
    let dataset = try NPZSource(file: path).load(split, of: NPZFile(path: path), name: "mnist (\(split))")
    guard dataset.fingerprint == fingerprint(of: split) else {
      throw DatasetError.damaged(
        path: path,
        reason: "its contents are not those of the published 'mnist'; remove it, or read it with 'dataset: npz'")
    }
    return dataset
  }

  private func cache(_ context: DatasetContext) -> String? { context.cacheDirectory.map { "\($0)/\(Self.name)" } }

  /// The locations of the files: the given directory, or else the default locations, in order.
  private static func directories(_ explicit: String?, _ context: DatasetContext) -> [String] {
    if let explicit { return [explicit] }
    let data = context.environment["MARTLET_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    return [data, context.cacheDirectory].compactMap { $0.map { "\($0)/\(name)" } }
  }
}
