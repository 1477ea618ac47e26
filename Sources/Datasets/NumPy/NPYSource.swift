import Configuration
import DurableFiles
import Tensors

/// Data in NumPy arrays, each in an `.npy` file: `train_inputs: x.npy`.
///
/// Shapes and types are those of `ArrayPart`. Arrays of bytes and 32-bit floats are mapped.
public struct NPYSource: DatasetSource, Equatable {
  public static let name = "npy"
  public static let summary = "NumPy arrays in files of their own: train_inputs: x.npy, …"
  public static let optionKeys = ArrayPaths.keys + [ConvertedSamples.key]

  /// The paths of the files.
  public var paths: ArrayPaths
  /// Where inputs are kept that cannot be mapped.
  public var cache: ConvertedSamples

  /// Creates a source that reads arrays from files.
  public init(paths: ArrayPaths, cache: ConvertedSamples = .memory) { (self.paths, self.cache) = (paths, cache) }

  public init(options: ConfigurationReader) throws {
    paths = try ArrayPaths(options) { try options.optionalFilePath($0) }
    cache = try ConvertedSamples(options)
  }

  public var options: [ConfigurationEntry] { paths.options + [cache.option].compactMap { $0 } }

  /// Resolves relative paths below `directory`.
  public func inDirectory(_ directory: String) -> NPYSource? {
    NPYSource(paths: paths.mapPaths { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }, cache: cache)
  }

  public func status(_ context: DatasetContext) -> String {
    let missing = paths.given.filter { !AtomicFile.exists($0) }
    return missing.isEmpty ? "all files found" : "missing: \(missing.joined(separator: ", "))"
  }

  public var missingTestKey: String? { paths.missingTestKey }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try loadParts(context).prepared(SampleSettings(), noTestData: noTestData)
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try parts.load(split, context)
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try parts.load(split, needsTargets: false, context)
  }

  public func loadParts(_ context: DatasetContext) throws -> DatasetParts { try parts.all(context) }

  public var noTestData: DatasetError { ArrayPaths.noTestData }

  private var parts: ArrayParts {
    ArrayParts(
      source: Self.name, cache: cache, noTestData: noTestData, has: { paths[$0, $1] != nil },
      open: { try Self.array(paths.required($0, $1)) })
  }

  /// Maps a file.
  ///
  /// - Throws: `FileError`, or `DatasetError.damaged` if it is no array that can be read.
  static func array(_ path: String) throws -> NumPyArray {
    let file = try MappedFile(path: path)
    let start = Array(file.bytes.prefix(FileKind.prefixCount))
    guard !start.isEmpty else { throw DatasetError.damaged(path: path, reason: "empty") }
    guard start.starts(with: NumPyHeader.magic) else {
      let kind = FileKind(startingWith: start)
      let advice = kind?.advice ?? "write it with numpy.save(file, array)"
      throw DatasetError.damaged(
        path: path,
        reason: "\(kind?.description ?? "a file of an unknown format"), not a NumPy array (.npy); \(advice)")
    }
    return try NumPyArray(FileBytes(file), place: path, name: path)
  }
}
