import Configuration
import Randomness
import SystemResources
import Tensors

/// Generated images that look like handwritten digits: no files, no network access.
public struct DigitsSource: DatasetSource, Equatable {
  public static let name = "digits"
  public static let summary = "generated handwritten-looking digits, 28x28 (no files, no network access)"
  public static let optionKeys = ["train_count", "test_count", "seed"]
  public static let inputElement: Field.Element? = .uint8

  /// The number of training samples.
  public var trainCount: Int
  /// The number of test samples.
  public var testCount: Int
  /// The seed of the generator.
  public var seed: UInt64

  /// Creates a source of generated digits.
  public init(trainCount: Int = 12_000, testCount: Int = 2_000, seed: UInt64 = 1) {
    precondition(trainCount > 0 && testCount > 0, "cannot draw \(trainCount) and \(testCount) digits")
    precondition(seed <= Int64.max, "a seed is at most \(Int64.max), got \(seed)")
    self.trainCount = trainCount
    self.testCount = testCount
    self.seed = seed
  }

  public init(options: ConfigurationReader) throws {
    trainCount = try options.integer("train_count", in: 1...10_000_000, default: 12_000)
    testCount = try options.integer("test_count", in: 1...10_000_000, default: 2_000)
    seed = UInt64(try options.integer("seed", in: 0...Int.max, default: 1))
  }

  public var options: [ConfigurationEntry] {
    [
      ConfigurationEntry("train_count", ConfigurationNode(.integer(trainCount))),
      ConfigurationEntry("test_count", ConfigurationNode(.integer(testCount))),
      ConfigurationEntry("seed", ConfigurationNode(.integer(Int(seed)))),
    ]
  }

  public func inDirectory(_ directory: String) -> DigitsSource? { nil }

  public func status(_ context: DatasetContext) -> String { "built in" }

  public func load(_ context: DatasetContext) throws -> DatasetSplits {
    try DatasetSplits(train: load(.train, context), test: load(.test, context))
  }

  public func load(_ split: DatasetSplit, _ context: DatasetContext) throws -> Dataset {
    switch split {
    case .train: try Self.draw(name: "digits (train)", count: trainCount, seed: seed, split: 0)
    case .validation: throw DatasetError.noValidationData(name: Self.name)
    case .test: try Self.draw(name: "digits (test)", count: testCount, seed: seed, split: 1)
    }
  }

  /// Generates the first `count` digits of a split. Digit n is a function of (seed, split, n).
  private static func draw(name: String, count: Int, seed: UInt64, split: Int) throws -> Dataset {
    let byteCount = count * DigitCanvas.size * DigitCanvas.size
    guard Memory.canHold(byteCount) else { throw DatasetError.tooLarge(name: name, bytes: byteCount) }
    var canvas = DigitCanvas()
    var images: [UInt8] = []
    images.reserveCapacity(byteCount)
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    for index in 0..<count {
      var random = RandomStream(seed: seed, purpose: .syntheticData, epoch: split, sample: index)
      let label = random.nextIndex(below: 10)
      canvas.clear()
      canvas.draw(digit: label, random: &random)
      images += canvas.pixels
      labels.append(Int32(label))
    }
    return try Dataset(
      name: name, shape: [DigitCanvas.size, DigitCanvas.size, 1], inputs: .bytes(images), targets: .labels(labels))
  }
}
