import Datasets
import Foundation
import NeuralNetwork
import Testing

@testable import Training

@Suite("Test-time augmentation")
struct TestTimeAugmentationTests {
  private static let size = 6

  /// Images of float pixels and their labels.
  private static func data(_ change: (_ row: Int, _ column: Int) -> (Int, Int) = { ($0, $1) }) throws -> Dataset {
    let count = 70
    func pixel(_ sample: Int, _ row: Int, _ column: Int) -> Float {
      Float((sample * 37 + row * 11 + column * 5 + row * column * sample) % 23) / 23
    }
    var values: [Float] = []
    for sample in 0..<count {
      for row in 0..<size {
        for column in 0..<size {
          let (sourceRow, sourceColumn) = change(row, column)
          values.append(pixel(sample, sourceRow, sourceColumn))
        }
      }
    }
    return try Dataset(
      name: "views", shape: [size, size, 1], inputs: .floats(values),
      targets: .labels((0..<count).map { Int32($0 * 7 % 3) }))
  }

  private static func trainer(_ model: [any Layer], workers: Int = 2, _ loss: any Loss = CategoricalCrossentropy())
    throws -> Trainer
  {
    let model = Model(model)
    // Options that name variables.
    var optimizer = Adam()
    optimizer.updateOptions.learningRateMultipliers = [LearningRateMultiplier("*/bias", 2)]
    let configuration = TrainingConfiguration(
      model: model, optimizer: optimizer, loss: loss, metrics: [Accuracy()], epochs: 1, batchSize: 10)
    let trainer = try Trainer(configuration, inputShape: [size, size, 1], workerCount: workers)
    try trainer.fit(data())
    return trainer
  }

  private static let network: [any Layer] = [
    Conv2D(filters: 3, kernelSize: [3, 3]), BatchNormalization(), ReLU(), Flatten(),
    Dense(units: 3, activation: .softmax),
  ]

  private static func mirrored(_ row: Int, _ column: Int) -> (Int, Int) { (row, size - 1 - column) }

  /// The pixel before the edge is that at the edge again, as `FillMode.reflect` of Keras.
  private static func shifted(by distance: Int) -> (Int, Int) -> (Int, Int) {
    func source(_ index: Int) -> Int {
      let source = index - distance
      return source < 0 ? -1 - source : source >= size ? 2 * size - 1 - source : source
    }
    return { (source($0), source($1)) }
  }

  @Test("averages the outputs for views of the data", arguments: TestTimeAugmentation.allCases)
  func means(augmentation: TestTimeAugmentation) throws {
    let trainer = try Self.trainer(Self.network)
    func outputs(_ change: (Int, Int) -> (Int, Int)) throws -> [Float] {
      try trainer.predict(Self.data(change)).values
    }
    let (whole, mirror) = (try outputs { ($0, $1) }, try outputs(Self.mirrored))
    let (up, down) = (Self.shifted(by: -1), Self.shifted(by: 1))
    let (upper, lower) = (try outputs(up), try outputs(down))
    let mirroredShifts = try [up, down].map { shift in
      try outputs { row, column in
        // The mirror image of the shifted image: mirrored last.
        let (mirroredRow, mirroredColumn) = Self.mirrored(row, column)
        return shift(mirroredRow, mirroredColumn)
      }
    }
    let expected = whole.indices.map { index -> Float in
      let shifts = 0.5 * whole[index] + 0.25 * upper[index] + 0.25 * lower[index]
      let mirroredMean = 0.5 * mirror[index] + 0.25 * mirroredShifts[0][index] + 0.25 * mirroredShifts[1][index]
      return switch augmentation {
      case .mirror: 0.5 * whole[index] + 0.5 * mirror[index]
      case .shifts: shifts
      case .mirrorAndShifts: 0.5 * shifts + 0.5 * mirroredMean
      }
    }
    let found = try trainer.predict(Self.data(), augmentation)
    #expect(zip(found.values, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(found.values != whole && found.kind == .probabilities && found.classes == 3)
    for workers in [1, 3] {
      let other = try Self.trainer(Self.network, workers: workers)
      #expect(try other.predict(Self.data(), augmentation) == found)
    }
  }

  @Test("evaluates the mean outputs, of a part of a data set too")
  func evaluation() throws {
    let trainer = try Self.trainer(Self.network)
    let data = try Self.data().split(validation: 0.5).validation
    let prediction = try trainer.predict(data, .mirror)
    let labels = try #require(data.labels)
    let losses = labels.enumerated().map { -log(Double(prediction.row($0.offset)[$0.offset * 3 + Int($0.element)])) }
    let right = zip(prediction.classIndices, labels).count { $0 == Int($1) }
    let found = try trainer.evaluate(data, .mirror)
    #expect(abs(found.loss - losses.reduce(0, +) / Double(data.count)) < 1e-6)
    #expect(found.accuracy == Double(right) / Double(data.count) && found.samples == data.count)
    #expect(try trainer.evaluate(data).loss != found.loss)
  }

  @Test("counts penalties of weights once, and averages logits for a loss of logits")
  func penaltiesAndLogits() throws {
    var dense = Dense(units: 3)
    dense.kernel.regularizer = L2(l2: 0.1)
    let trainer = try Self.trainer([Flatten(), dense], CategoricalCrossentropy(fromLogits: true))
    // A linear model's mean logits for an image that equals its mirror image are its logits.
    let symmetric = try Self.data { ($0, min($1, Self.size - 1 - $1)) }
    let (plain, mean) = (try trainer.evaluate(symmetric), try trainer.evaluate(symmetric, .mirror))
    #expect(abs(plain.loss - mean.loss) < 1e-6 && plain.accuracy == mean.accuracy)
    #expect(try trainer.predict(symmetric, .mirror).kind == .logits)
  }

  @Test("is refused for inputs that are no images")
  func vectors() throws {
    let model = Model([Dense(units: 3, activation: .softmax)])
    let trainer = try Trainer(TrainingConfiguration(model: model), inputShape: [4], workerCount: 1)
    let data = try Dataset(name: "x", shape: [4], inputs: .floats([1, 2, 3, 4]), targets: .labels([1]))
    #expect(throws: TrainingError.noImages(input: [4])) { try trainer.predict(data, .mirror) }
    #expect(throws: TrainingError.noImages(input: [4])) { try trainer.evaluate(data, .shifts) }
  }
}
