import Configuration
import DurableFiles
import Tensors

/// Data in a NumPy archive: `x_train`, `y_train`, `x_test`, `y_test`, as in Keras' own `mnist.npz`; if wanted also
/// `x_val`, `y_val`, and the sample weights `w_train`, `w_val`, `w_test`.
///
/// Shapes and types are those of `ArrayPart`. Uncompressed arrays (numpy.savez) of bytes and 32-bit floats are mapped;
/// others are read.
public struct NPZSource: DatasetSource, Equatable {
  public static let name = "npz"
  public static let summary = "arrays in a NumPy archive: x_train, y_train, x_test, y_test"
  public static let optionKeys = ["file", ConvertedSamples.key]

  /// The path of the archive.
  public var file: String
  /// Where inputs are kept that cannot be mapped.
  public var cache: ConvertedSamples

  /// Creates a source that reads the archive at a path.
  public init(file: String, cache: ConvertedSamples = .memory) { (self.file, self.cache) = (file, cache) }

  public init(options: ConfigurationReader) throws {
    file = try options.filePath("file")
    cache = try ConvertedSamples(options)
  }

  public var options: [ConfigurationEntry] {
    [ConfigurationEntry("file", ConfigurationNode(.string(file)))] + [cache.option].compactMap { $0 }
  }

  /// Resolves a relative path below `directory`.
  public func inDirectory(_ directory: String) -> NPZSource? {
    NPZSource(file: file.hasPrefix("/") ? file : "\(directory)/\(file)", cache: cache)
  }

  public func status(_ context: DatasetContext) -> String {
    AtomicFile.exists(file) ? "in \(file)" : "missing: \(file)"
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try loadParts(context).prepared(SampleSettings(), noTestData: noTestData)
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try parts(of: NPZFile(path: file)).load(split, context)
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    try parts(of: NPZFile(path: file)).load(split, needsTargets: false, context)
  }

  public func loadParts(_ context: DatasetContext) throws -> DatasetParts {
    try parts(of: NPZFile(path: file)).all(context)
  }

  public var noTestData: DatasetError {
    .noTestData(
      path: file,
      advice: "Add the arrays x_test and y_test, or reserve a part of the training data (fit.validation_split: 0.2)")
  }

  private func parts(of archive: NPZFile) -> ArrayParts {
    ArrayParts(
      source: Self.name, cache: cache, noTestData: noTestData,
      has: { archive.contains(Self.array($0, of: $1)) }, open: { try archive.array(Self.array($0, of: $1)) })
  }

  /// The name of an array: `x_train`.
  private static func array(_ role: ArrayRole, of part: DatasetSplit) -> String {
    let letter =
      switch role {
      case .inputs: "x"
      case .targets: "y"
      case .weights: "w"
      }
    return "\(letter)_\(part == .validation ? "val" : part.rawValue)"
  }

  /// Reads inputs and targets of one split, under another name.
  func load(
    _ split: DatasetSplit, of archive: NPZFile, name: String, _ context: DatasetContext
  ) throws -> Dataset {
    return try ArrayPart(
      name: name, inputs: archive.array(Self.array(.inputs, of: split)),
      targets: archive.array(Self.array(.targets, of: split)), weights: nil
    ).dataset(cache, context)
  }
}
