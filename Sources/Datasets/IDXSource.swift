import Configuration
import DurableFiles
import Tensors

/// Data in two pairs of IDX files. Only the files of the requested split must exist.
public struct IDXSource: DatasetSource, Equatable {
  public static let name = "idx"
  public static let summary = "any pairs of IDX files, plain (mapped) or .gz, any number of channels"
  public static let optionKeys = fileKeys + [ConvertedSamples.key]
  private static let fileKeys = ["train_images", "train_labels", "test_images", "test_labels"]
  public static let inputElement: Field.Element? = .uint8

  /// The path of the training images.
  public var trainImages: String?
  /// The path of the training labels.
  public var trainLabels: String?
  /// The path of the test images.
  public var testImages: String?
  /// The path of the test labels.
  public var testLabels: String?

  /// Where the images of gzip files are kept.
  public var cache: ConvertedSamples

  /// Creates a source from the paths of its files; those of a split that is not loaded may be nil.
  public init(
    trainImages: String? = nil, trainLabels: String? = nil, testImages: String? = nil, testLabels: String? = nil,
    cache: ConvertedSamples = .memory
  ) {
    self.cache = cache
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
    cache = try ConvertedSamples(options)
    // Missing options are reported here, with their line, unless the rest may suffice: test images, or training files
    // for a validation split.
    let isTrainable = trainImages != nil && trainLabels != nil
    let isUsable = testImages != nil || isTrainable && testLabels == nil
    if !isUsable || (trainImages == nil) != (trainLabels == nil) {
      for key in Self.fileKeys { _ = try options.string(key) }
    }
  }

  public var options: [ConfigurationEntry] {
    zip(Self.fileKeys, files).compactMap { key, path in
      path.map { ConfigurationEntry(key, ConfigurationNode(.string($0))) }
    } + [cache.option].compactMap { $0 }
  }

  private var files: [String?] { [trainImages, trainLabels, testImages, testLabels] }

  /// Resolves relative paths below `directory`.
  public func inDirectory(_ directory: String) -> IDXSource? {
    func path(_ name: String?) -> String? { name.map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" } }
    return IDXSource(
      trainImages: path(trainImages), trainLabels: path(trainLabels), testImages: path(testImages),
      testLabels: path(testLabels), cache: cache)
  }

  public func status(_ context: DatasetContext) -> String {
    let missing = files.compactMap { $0 }.filter { !AtomicFile.exists($0) }
    return missing.isEmpty ? "all files found" : "missing: \(missing.joined(separator: ", "))"
  }

  public var missingTestKey: String? { testImages == nil ? "test_images" : nil }

  public func loadParts(_ context: DatasetContext) throws -> DatasetParts {
    DatasetParts(train: try load(.train, context), test: testImages == nil ? nil : try load(.test, context))
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try DatasetSplits(train: load(.train, context), test: load(.test, context))
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let labels = split == .train ? trainLabels : testLabels
    return try Self.read(
      name: name(split), images: images(split), labels: required(labels, "\(split)_labels"), cache: cache,
      context)
  }

  public func loadInputs(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    let labels = split == .train ? trainLabels : testLabels
    return try Self.read(
      name: name(split), images: images(split), labels: labels.flatMap { AtomicFile.exists($0) ? $0 : nil },
      cache: cache, context)
  }

  private func name(_ split: DatasetSplit) -> String { "idx (\(split))" }

  private func images(_ split: DatasetSplit) throws -> String {
    guard split != .validation else { throw DatasetError.noValidationData(name: Self.name) }
    if split == .test, testImages == nil {
      throw DatasetError.noTestData(
        path: "data",
        advice: "Name test_images and test_labels, or reserve a part of the training data (fit.validation_split: 0.2)"
      )
    }
    return try required(split == .train ? trainImages : testImages, "\(split)_images")
  }

  private func required(_ path: String?, _ key: String) throws -> String {
    guard let path else { throw ConfigurationError(.missingKey(key: key), path: "data") }
    return path
  }

  /// Maps or reads a file of images, and reads one of labels if there is one.
  static func read(
    name: String, images: String, labels: String?, classNames: [String]? = nil, cache: ConvertedSamples = .memory,
    _ context: DatasetContext
  ) throws -> Dataset {
    let images = ArrayPart(name: name, inputs: try IDXFile.openImages(images, cache), targets: nil, weights: nil)
    return try images.dataset(
      cache, context, targets: labels.map { .labels(try IDXFile.readLabels($0)) }, classNames: classNames)
  }
}
