import Configuration
import DurableFiles

/// Any data in two pairs of IDX files.
public struct IDXSource: DatasetSource, Equatable {
  public static let name = "idx"
  public static let summary = "any pairs of IDX files, plain or .gz, 1 or 3 channels"
  public static let optionKeys = ["train_images", "train_labels", "test_images", "test_labels"]

  public var trainImages: String
  public var trainLabels: String
  public var testImages: String
  public var testLabels: String

  public init(trainImages: String, trainLabels: String, testImages: String, testLabels: String) {
    self.trainImages = trainImages
    self.trainLabels = trainLabels
    self.testImages = testImages
    self.testLabels = testLabels
  }

  public init(options: ConfigurationReader) throws {
    trainImages = try options.filePath("train_images")
    trainLabels = try options.filePath("train_labels")
    testImages = try options.filePath("test_images")
    testLabels = try options.filePath("test_labels")
  }

  public var options: [ConfigurationEntry] {
    zip(Self.optionKeys, [trainImages, trainLabels, testImages, testLabels]).map {
      ConfigurationEntry($0, ConfigurationNode(.string($1)))
    }
  }

  /// The names that are not absolute, below `directory`.
  public func inDirectory(_ directory: String) -> IDXSource? {
    func path(_ name: String) -> String { name.hasPrefix("/") ? name : "\(directory)/\(name)" }
    return IDXSource(
      trainImages: path(trainImages), trainLabels: path(trainLabels), testImages: path(testImages),
      testLabels: path(testLabels))
  }

  public func status(_ context: DatasetContext) -> String {
    let missing = [trainImages, trainLabels, testImages, testLabels].filter { !WholeFile.exists($0) }
    return missing.isEmpty ? "all files found" : "missing: \(missing.joined(separator: ", "))"
  }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try DatasetSplits(
      train: Self.read(name: "idx (train)", images: trainImages, labels: trainLabels),
      test: Self.read(name: "idx (test)", images: testImages, labels: testLabels))
  }

  /// Reads one pair of files.
  static func read(name: String, images: String, labels: String) throws -> Dataset {
    let (shape, pixels) = try IDXFile.readImages(images)
    return try Dataset(name: name, shape: shape, images: pixels, labels: try IDXFile.readLabels(labels))
  }
}
