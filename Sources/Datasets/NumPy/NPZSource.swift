import Configuration
import DurableFiles
import Tensors

/// Data in a NumPy archive: `x_train`, `y_train`, `x_test`, `y_test`, as in Keras' own `mnist.npz`.
///
/// Inputs are images (samples, height, width) or (samples, height, width, channels), or vectors (samples, n). Unsigned
/// bytes stay bytes, all other types become floats. Targets are labels if they are integers (samples), and floats
/// (samples, n) otherwise.
public struct NPZSource: DatasetSource, Equatable {
  public static let name = "npz"
  public static let summary = "arrays in a NumPy archive: x_train, y_train, x_test, y_test"
  public static let optionKeys = ["file"]

  /// The path of the archive.
  public var file: String

  /// Creates a source that reads the archive at a path.
  public init(file: String) { self.file = file }

  public init(options: ConfigurationReader) throws { file = try options.filePath("file") }

  public var options: [ConfigurationEntry] { [ConfigurationEntry("file", ConfigurationNode(.string(file)))] }

  /// Resolves a relative path below `directory`.
  public func inDirectory(_ directory: String) -> NPZSource? {
    NPZSource(file: file.hasPrefix("/") ? file : "\(directory)/\(file)")
  }

  public func status(_ context: DatasetContext) -> String {
    AtomicFile.exists(file) ? "in \(file)" : "missing: \(file)"
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    let parts = try loadParts(context)
    guard let test = parts.test else { throw noTestData }
    return try DatasetSplits(train: parts.train, test: test)
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let archive = try NPZFile(path: file)
    if split == .test, !Self.hasTest(archive) { throw noTestData }
    return try load(split, of: archive, name: "npz (\(split))")
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let archive = try NPZFile(path: file)
    if split == .test, !Self.hasTest(archive) { throw noTestData }
    return try load(
      split, of: archive, name: "npz (\(split))", hasTargets: archive.contains("y_\(split)"))
  }

  private static func hasTest(_ archive: NPZFile) -> Bool { archive.contains("x_test") || archive.contains("y_test") }

  var noTestData: DatasetError {
    .noTestData(
      path: file,
      advice: "Add the arrays x_test and y_test, or reserve a part of the training data (fit.validation_split: 0.2)")
  }

  public func loadParts(_ context: DatasetContext) throws -> DatasetParts {
    let archive = try NPZFile(path: file)
    let train = try load(.train, of: archive, name: "npz (train)")
    return DatasetParts(
      train: train, test: Self.hasTest(archive) ? try load(.test, of: archive, name: "npz (test)") : nil)
  }

  /// Reads one split.
  func load(_ split: DatasetSplit, of archive: NPZFile, name: String, hasTargets: Bool = true) throws -> Dataset {
    let (shape, inputs, count) = try Self.inputs(archive.array("x_\(split)"))
    let targets = hasTargets ? try Self.targets(archive.array("y_\(split)"), ofSamples: count, "x_\(split)") : nil
    return try Dataset(name: name, shape: shape, inputs: inputs, targets: targets)
  }

  private static func inputs(_ array: NumPyArray) throws -> (shape: Shape, inputs: Dataset.Inputs, count: Int) {
    let dimensions = array.shape
    let sample: Shape
    switch dimensions.count {
    case 1: sample = [1]
    case 2: sample = [dimensions[1]]
    case 3: sample = [dimensions[1], dimensions[2], 1]
    case 4: sample = [dimensions[1], dimensions[2], dimensions[3]]
    default:
      throw array.damaged(
        "has the shape \(NumPyHeader.text(dimensions)); inputs are vectors (samples, n), or images (samples, height, width) "
          + "or (samples, height, width, channels)")
    }
    guard array.header.valueCount > 0 else {
      throw array.damaged("is empty: its shape is \(NumPyHeader.text(dimensions))")
    }
    let isBytes = array.type.kind == .unsigned && array.type.size == 1
    return (sample, isBytes ? .bytes(try array.bytes()) : .floats(try array.floats()), dimensions[0])
  }

  private static func targets(
    _ array: NumPyArray, ofSamples count: Int, _ inputs: String
  ) throws -> Dataset.Targets {
    let dimensions = array.shape
    guard (1...4).contains(dimensions.count), array.header.valueCount > 0 || dimensions[0] != count else {
      throw array.damaged(
        "has the shape \(NumPyHeader.text(dimensions)); targets are labels (samples) or values (samples, n)")
    }
    guard dimensions[0] == count else {
      throw array.damaged("has \(dimensions[0]) samples, but '\(inputs)' has \(count); use arrays that belong together")
    }
    let sample: Shape = dimensions.count == 1 ? [1] : Shape(Array(dimensions.dropFirst()))
    // Integers that are not valid labels are values to predict.
    if array.type.kind != .float, sample.count == 1, let labels = try array.labels() { return .labels(labels) }
    return .values(try array.floats(), shape: sample)
  }
}
