import Configuration
import Tensors

/// Images of noise with labels, to measure with instead of a data set that is not on this machine.
struct GeneratedImagesSource: DatasetSource {
  static let name = "generated"
  static let summary = "images of noise"
  static let optionKeys: [String] = []

  let shape: Shape
  let classCount: Int
  let trainCount: Int
  let testCount: Int

  init(shape: Shape, classCount: Int, trainCount: Int, testCount: Int) {
    (self.shape, self.classCount, self.trainCount, self.testCount) = (shape, classCount, trainCount, testCount)
  }

  init(options: ConfigurationReader) throws {
    self.init(shape: [32, 32, 3], classCount: 10, trainCount: 50_000, testCount: 10_000)
  }

  var options: [ConfigurationEntry] { [] }

  func inDirectory(_ directory: String) -> GeneratedImagesSource? { nil }

  func status(_ context: DatasetContext) -> String { "built in" }

  func load(_ context: DatasetContext) throws -> DatasetSplits {
    try DatasetSplits(train: load(count: trainCount, split: .train), test: load(count: testCount, split: .test))
  }

  private func load(count: Int, split: DatasetSplit) throws -> Dataset {
    // Speed does not depend on the pixels: a linear congruential generator (Knuth's MMIX) is enough.
    var state = UInt64(split == .train ? 1 : 2)
    let pixels = [UInt8](unsafeUninitializedCapacity: count * shape.count) { buffer, initializedCount in
      for index in buffer.indices {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        buffer[index] = UInt8(truncatingIfNeeded: state >> 56)
      }
      initializedCount = buffer.count
    }
    let labels = (0..<count).map { Int32($0 % classCount) }
    return try Dataset(name: "generated (\(split))", shape: shape, inputs: .bytes(pixels), targets: .labels(labels))
  }
}
