import Configuration
import DurableFiles
import Tensors

/// Data in the datasets of an HDF5 file, as h5py writes them: `train_inputs: /train/x`.
///
/// Shapes and types are those of `ArrayPart`. Contiguous datasets of bytes and 32-bit floats are mapped; chunked ones,
/// compressed with gzip or not, are read.
public struct HDF5Source: DatasetSource, Equatable {
  public static let name = "hdf5"
  public static let summary = "datasets of an HDF5 file: train_inputs: /train/x, …"
  public static let optionKeys = ["file"] + ArrayPaths.keys + [ConvertedSamples.key]

  /// The path of the file.
  public var file: String
  /// The paths of the datasets in the file.
  public var paths: ArrayPaths
  /// Where inputs are kept that cannot be mapped.
  public var cache: ConvertedSamples

  /// Creates a source that reads datasets of the file at a path.
  public init(file: String, paths: ArrayPaths, cache: ConvertedSamples = .memory) {
    (self.file, self.paths, self.cache) = (file, paths, cache)
  }

  public init(options: ConfigurationReader) throws {
    file = try options.filePath("file")
    paths = try ArrayPaths(options) { try options.optionalString($0) }
    cache = try ConvertedSamples(options)
  }

  public var options: [ConfigurationEntry] {
    [ConfigurationEntry("file", ConfigurationNode(.string(file)))] + paths.options + [cache.option].compactMap { $0 }
  }

  /// Resolves a relative path below `directory`.
  public func inDirectory(_ directory: String) -> HDF5Source? {
    HDF5Source(file: file.hasPrefix("/") ? file : "\(directory)/\(file)", paths: paths, cache: cache)
  }

  public func status(_ context: DatasetContext) -> String {
    AtomicFile.exists(file) ? "in \(file)" : "missing: \(file)"
  }

  public var missingTestKey: String? { paths.missingTestKey }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try loadParts(context).prepared(SampleSettings(), noTestData: noTestData)
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try parts().load(split, context)
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try parts().load(split, needsTargets: false, context)
  }

  public func loadParts(_ context: DatasetContext) throws -> DatasetParts { try parts().all(context) }

  public var noTestData: DatasetError { ArrayPaths.noTestData }

  private func parts() throws -> ArrayParts {
    let arrays = try HDF5Arrays(path: file)
    return ArrayParts(
      source: Self.name, cache: cache, noTestData: noTestData, has: { paths[$0, $1] != nil },
      open: { try arrays.array(paths.required($0, $1)) })
  }
}
