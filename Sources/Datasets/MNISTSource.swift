import Configuration
import Crypto
import DurableFiles

/// MNIST, from its four IDX files: 60,000 training and 10,000 test images of handwritten digits, 28x28.
///
/// Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
/// Proceedings of the IEEE 86 (1998).
public struct MNISTSource: DatasetSource, Equatable {
  public static let name = "mnist"
  public static let summary = "60,000 + 10,000 handwritten digits, 28x28 (fetched when missing)"
  public static let optionKeys = ["directory"]

  /// Where the files are; nil to look in the usual places, and to fetch them if they are in none.
  public var directory: String?

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

  /// The fingerprints of what is in these files.
  private static let fingerprints = (
    train: "23ba8891bbc676b3a5ac886911981f194a33370f86a2af7c307ae87635b5f258",
    test: "8dc6d71daebc6f811b96cb4b0f4d20ac1615a46527c6d3b2b8ce5b4b175375bd"
  )

  /// The public servers that have the `.gz` files.
  static let mirrors = [
    "https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/",
  ]

  public func status(_ context: DatasetContext) -> String {
    guard let found = Self.directories(directory, context).first(where: Self.isComplete) else {
      return directory.map { "not in \($0)" } ?? "not on this machine; fetched when it is needed"
    }
    return "in \(found)"
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    let paths = try locate(context)
    do {
      let splits = try DatasetSplits(
        train: IDXSource.read(name: "mnist (train)", images: paths[0], labels: paths[1]),
        test: IDXSource.read(name: "mnist (test)", images: paths[2], labels: paths[3]))
      try Self.check(splits, readFrom: paths)
      return splits
    } catch DatasetError.damaged(let path, let reason)
      where context.cacheDirectory.map({ path.hasPrefix($0) }) ?? false
    {
      throw DatasetError.damaged(path: path, reason: "\(reason); 'martlet data fetch \(Self.name)' replaces it")
    }
  }

  /// Whether this is MNIST, to the last bit.
  ///
  /// The fingerprints, which a run needs anyway, tell; the files' own checksums only tell which of them is wrong.
  ///
  /// - Throws: `DatasetError.damaged`, `FileError`.
  private static func check(_ splits: DatasetSplits, readFrom paths: [String]) throws {
    guard (splits.train.fingerprint, splits.test.fingerprint) != fingerprints else { return }
    for (file, path) in zip(files, paths) where try !file.isGood(path) {
      throw DatasetError.damaged(path: path, reason: file.isNot(name))
    }
  }

  /// The four files' paths; fetches them if they are in none of the usual places.
  func locate(_ context: DatasetContext) throws -> [String] {
    if let directory {
      return try Self.files.map {
        guard let path = $0.path(in: directory) else {
          throw DatasetError.missingFile(name: $0.name, directory: directory)
        }
        return path
      }
    }
    if let found = Self.directories(nil, context).first(where: Self.isComplete) {
      return Self.files.compactMap { $0.path(in: found) }
    }
    return try fetchFiles(context)
  }

  public func fetch(_ context: DatasetContext) throws -> [String]? { try fetchFiles(context) }

  /// - Returns: the four files' paths.
  /// - Throws: `DatasetError.unavailable` with the ways out.
  private func fetchFiles(_ context: DatasetContext) throws -> [String] {
    guard let cache = context.cacheDirectory else {
      throw DatasetError.unavailable(
        dataset: Self.name, directory: "~/.cache/martlet/mnist", urls: Self.mirrors,
        reasons: ["neither HOME nor XDG_CACHE_HOME is set, so there is no place for it"])
    }
    let mirrors = context.mirror.map { [$0] } ?? Self.mirrors
    let download = DatasetDownload(
      dataset: Self.name, directory: "\(cache)/\(Self.name)", mirrors: mirrors, progress: context.progress)
    return try Self.files.map { try download.fetch($0) }
  }

  private static func isComplete(_ directory: String) -> Bool {
    files.allSatisfy { $0.path(in: directory) != nil }
  }

  /// Where the files may be: the given directory, or else the usual places, in their order.
  private static func directories(_ explicit: String?, _ context: DatasetContext) -> [String] {
    if let explicit { return [explicit] }
    let data = context.environment["MARTLET_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    return [data, context.cacheDirectory].compactMap { $0.map { "\($0)/\(name)" } }
  }
}

/// A file that is published as `.gz`, and known by the digest of what is in it.
struct PublishedFile: Sendable, Equatable {
  let name: String
  /// The bytes of the unpacked content.
  let size: Int
  /// Of the unpacked content, in hexadecimal: the packed bytes may differ from server to server.
  let sha256: String

  /// Whether the file at `path`, plain or packed, has the published content.
  ///
  /// - Throws: `FileError` if it cannot be read.
  func isGood(_ path: String) throws -> Bool {
    let bytes = try WholeFile.read(path)
    let content = GzipReader.isGzip(bytes) ? try? GzipReader.unpackAll(bytes, path: path, atMost: size) : bytes
    return content.map { SHA256.hash(data: $0).hexadecimal == sha256 } ?? false
  }

  /// What is wrong with a file that is readable and not good.
  func isNot(_ dataset: String) -> String {
    "it does not hold what '\(dataset)' is published with (SHA-256 \(sha256)): it is damaged, or belongs to another data "
      + "set, which 'dataset: idx' reads"
  }

  /// The file in `directory`, plain or packed; nil if it is not there.
  func path(in directory: String) -> String? {
    ["\(directory)/\(name)", "\(directory)/\(name).gz"].first(where: WholeFile.exists)
  }
}
