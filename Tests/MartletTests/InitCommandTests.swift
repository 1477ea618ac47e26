import DurableFiles
import Martlet
import TestSupport
import Testing

@Suite("martlet init")
struct InitCommandTests {
  @Test("writes configurations that train", arguments: OwnData.allCases, [15, nil])
  func trains(data: OwnData, test: Int?) throws {
    let directory = try TemporaryDirectory()
    try data.write(to: directory, test: test)
    let written = try Shell.martlet(["init", "mine.npz"], in: directory.path)
    #expect((written.status, written.error) == (0, ""))
    let configuration = try RunConfiguration(yaml: written.output, file: "run.yml")
    #expect(configuration.name == "mine" && configuration.training.validationSplit == (test == nil ? 0.2 : nil))
    let config = try directory.write(written.output, to: "run.yml")
    let trained = try Shell.martlet(["train", config, "--epochs", "1"], in: directory.path)
    #expect(trained.status == 0 && trained.error.isEmpty, "\(trained.error)")
    let evaluated = try Shell.martlet(["evaluate", "checkpoints/mine", "--dataset", "mine.npz"], in: directory.path)
    #expect(evaluated.status == 0)
  }

  static let facts: [(data: OwnData, lines: [String])] = [
    (
      .grayImages,
      [
        "# 60 training, 15 test samples; inputs: bytes (16, 12, 1).", "data: {dataset: npz, file: mine.npz}",
        "# 3 classes with samples, from 20 (label 0) to 20 (label 0) in training.",
        "  # (16, 12) to (8, 6), 32 channels.", "  - dense: {units: 3, activation: softmax}", "  batch_size: 8",
        "  loss: categorical_crossentropy",
      ]
    ),
    (.floatImages, ["  # To a mean near 0 and a deviation near 1.", "  # (8, 8) to (4, 4), 32 channels."]),
    (.byteVectors, ["data: {dataset: npz, file: mine.npz, scale: 255}"]),
    (.vectors, ["  - batch_normalization"]), (.tinyImages, ["  - flatten"]),
    (.values, ["  loss: mean_squared_error", "  - dense: {units: 2}", "  metrics: [mean_absolute_error]"]),
    (.binary, ["  loss: binary_crossentropy", "  - dense: {units: 1, activation: sigmoid}"]),
    (.oneHot, ["  - dense: {units: 3, activation: softmax}"]),
  ]

  @Test("states what it found, and chooses by it", arguments: facts.indices)
  func chooses(index: Int) throws {
    let (data, lines) = Self.facts[index]
    let directory = try TemporaryDirectory()
    try data.write(to: directory)
    let written = try Shell.martlet(["init", "mine.npz"], in: directory.path).output.split(separator: "\n").map(
      String.init)
    for line in lines { #expect(written.contains(line), "\(line)") }
  }

  @Test("knows data sets by name, and IDX files by their directory or by one of them")
  func sources() throws {
    let directory = try TemporaryDirectory()
    let digits = try Shell.martlet(["init", "digits"], in: directory.path)
    #expect(digits.output.contains("\nname: digits\n") && digits.output.contains("\ndata: {dataset: digits"))
    try OwnData.grayImages.write(to: directory, as: "idx/")
    for path in ["idx", "idx/train-images-idx3-ubyte", "idx/t10k-images-idx3-ubyte"] {
      let written = try Shell.martlet(["init", path, "--output", "run.yml", "--overwrite"], in: directory.path)
      #expect((written.status, written.error, written.output) == (0, "", ""))
      let source = try RunConfiguration(contentsOf: "\(directory.path)/run.yml").source as? IDXSource
      #expect(
        source?.trainLabels == "idx/train-labels-idx1-ubyte" && source?.testImages == "idx/t10k-images-idx3-ubyte")
    }
    let kept = try Shell.martlet(["init", "idx", "--output", "run.yml"], in: directory.path)
    #expect((kept.status, kept.error) == (2, "martlet: --output run.yml: exists. --overwrite replaces it.\n"))
    let config = try Shell.martlet(["init", "run.yml"], in: directory.path)
    #expect(config.status == 2 && config.error.hasPrefix("martlet: run.yml: is a configuration already."))
  }

  @Test("holds out samples of each class, also of sorted data")
  func sorted() throws {
    let directory = try TemporaryDirectory()
    let sorted = try Dataset(
      name: "x", shape: [1], inputs: (0..<20).map(Float.init), labels: (0..<20).map { $0 / 5 })
    _ = try DatasetConversion.write([DatasetPart(.train, sorted)], to: "\(directory.path)/my data.npz", .npz)
    let written = try Shell.martlet(["init", "my data.npz"], in: directory.path).output
    #expect(written.contains("\n  validation_split: 0.2\n") && written.contains("\n  stratify: true\n"))
    #expect(written.contains("\nname: my data\n"))
    #expect(try RunConfiguration(yaml: written, file: "").training.batchSize == 8)
  }
}
