import Configuration
import DurableFiles

/// Any data in two pairs of IDX files. What is not asked for need not be there.
public struct IDXSource: DatasetSource, Equatable {
  public static let name = "idx"
  public static let summary = "any pairs of IDX files, plain or .gz, 1 or 3 channels"
  public static let optionKeys = ["train_images", "train_labels", "test_images", "test_labels"]

  public var trainImages: String?
  public var trainLabels: String?
  public var testImages: String?
  public var testLabels: String?

  public init(
    trainImages: String? = nil, trainLabels: String? = nil, testImages: String? = nil, testLabels: String? = nil
  ) {
    self.trainImages = trainImages
    self.trainLabels = trainLabels
    self.testImages = testImages
    self.testLabels = testLabels
  }

  public init(options: ConfigurationReader) throws {
    trainImages = try options.optionalFilePath("train_images")
    trainLabels = try options.optionalFilePath("train_labels")
    testImages = try options.optionalFilePath("test_images")
    testLabels = try options.optionalFilePath("test_labels")
    // What is missing is named here, with its line, unless the rest may be all that is wanted: test images.
    if testImages == nil || (trainImages == nil) != (trainLabels == nil) {
      for key in Self.optionKeys { _ = try options.string(key) }
    }
  }

  public var options: [ConfigurationEntry] {
    zip(Self.optionKeys, files).compactMap { key, path in
      path.map { ConfigurationEntry(key, ConfigurationNode(.string($0))) }
    }
  }

  private var files: [String?] { [trainImages, trainLabels, testImages, testLabels] }

  /// The names that are not absolute, below `directory`.
  public func inDirectory(_ directory: String) -> IDXSource? {
    func path(_ name: String?) -> String? { name.map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" } }
    return IDXSource(
      trainImages: path(trainImages), trainLabels: path(trainLabels), testImages: path(testImages),
      testLabels: path(testLabels))
  }

  public func status(_ context: DatasetContext) -> String {
    let missing = files.compactMap { $0 }.filter { !WholeFile.exists($0) }
    return missing.isEmpty ? "all files found" : "missing: \(missing.joined(separator: ", "))"
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try DatasetSplits(train: load(.train, context), test: load(.test, context))
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let labels = split == .train ? trainLabels : testLabels
    return try Self.read(name: name(split), images: images(split), labels: required(labels, "\(split)_labels"))
  }

  public func loadImages(_ split: DatasetSplit, _ context: DatasetContext) throws -> ImageSet {
    let labels = split == .train ? trainLabels : testLabels
    return try Self.readImages(
      name: name(split), images: images(split), labels: labels.flatMap { WholeFile.exists($0) ? $0 : nil })
  }

  private func name(_ split: DatasetSplit) -> String { "idx (\(split))" }

  private func images(_ split: DatasetSplit) throws -> String {
    try required(split == .train ? trainImages : testImages, "\(split)_images")
  }

  private func required(_ path: String?, _ key: String) throws -> String {
    guard let path else { throw ConfigurationError(.missingKey(key: key), path: "data") }
    return path
  }

  /// Reads one pair of files.
  static func read(name: String, images: String, labels: String) throws -> Dataset {
    let (shape, pixels) = try IDXFile.readImages(images)
    return try Dataset(name: name, shape: shape, images: pixels, labels: try IDXFile.readLabels(labels))
  }

  /// Reads a file of images, and one of labels if there is one.
  static func readImages(name: String, images: String, labels: String?) throws -> ImageSet {
    let (shape, pixels) = try IDXFile.readImages(images)
    return try ImageSet(name: name, shape: shape, images: pixels, labels: try labels.map(IDXFile.readLabels))
  }
}
