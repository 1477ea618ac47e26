import Datasets
import NeuralNetwork
import Synchronization
import Testing

@testable import Training

/// Decodes samples that are bytes or floats of their index, or fails at one of them.
private struct TestDecoder: InputDecoder {
  struct Failure: Error, Equatable {
    let sample: Int
  }

  let element: Field.Element
  let count: Int
  let width: Int
  var failing: Int?

  static func value(_ sample: Int, _ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: sample * 37 + index * 11) }

  func decode(_ sample: Int, into input: UnsafeMutableRawPointer) throws {
    if sample == failing { throw Failure(sample: sample) }
    for index in 0..<width {
      let value = Self.value(sample, index)
      if element == .uint8 {
        input.storeBytes(of: value, toByteOffset: index, as: UInt8.self)
      } else {
        input.storeBytes(of: Float(value), toByteOffset: index * 4, as: Float.self)
      }
    }
  }
}

@Suite("Training on inputs that are decoded ahead")
struct DecodedTrainingTests {
  private static let count = 43
  private static let shape: Shape = [6, 5, 2]

  private static func decoded(_ element: Field.Element, failing: Int? = nil) throws -> Dataset {
    let decoder = TestDecoder(element: element, count: count, width: shape.count, failing: failing)
    return try Dataset(
      name: "decoded", shape: shape, storage: .decoded(decoder), count: count, targets: .labels(labels),
      fingerprint: "none")
  }

  private static var labels: [Int32] { (0..<count).map { Int32($0 % 3) } }

  private static func inMemory() throws -> Dataset {
    let bytes = (0..<count).flatMap { sample in (0..<shape.count).map { TestDecoder.value(sample, $0) } }
    return try Dataset(name: "memory", shape: shape, images: bytes, labels: labels)
  }

  private static func trainer(workers: Int) throws -> Trainer {
    let model = Model([
      RandomFlip(mode: .horizontal), Conv2D(filters: 4, kernelSize: [3, 3], activation: .relu), Flatten(),
      Dropout(rate: 0.2), Dense(units: 3, activation: .softmax),
    ])
    let configuration = TrainingConfiguration(model: model, epochs: 3, batchSize: 10, shards: 4, scale: 255)
    return try Trainer(configuration, inputShape: shape, workerCount: workers)
  }

  /// Trains on a data set, ending at each of some steps and resuming from a snapshot with other workers.
  private static func snapshot(_ data: Dataset, workers: [Int], stops: [Int] = []) throws -> Snapshot {
    var trainer = try trainer(workers: workers[0])
    for (index, stop) in (stops.map(Optional.some) + [nil]).enumerated() {
      let next = try Self.trainer(workers: workers[index % workers.count])
      if index > 0 { try next.restore(trainer.snapshot()) }
      trainer = next
      try trainer.fit(data, validation: data, maxSteps: stop)
    }
    return trainer.snapshot()
  }

  @Test("has the same bits as on arrays in memory, for any number of workers and after every interruption")
  func sameBits() throws {
    let expected = try Self.snapshot(Self.inMemory(), workers: [1])
    for element in [Field.Element.uint8, .float32] {
      let data = try Self.decoded(element)
      for workers in 1...3 { #expect(try Self.snapshot(data, workers: [workers]).isSame(as: expected)) }
      #expect(try Self.snapshot(data, workers: [2, 1, 3], stops: Array(1..<15)).isSame(as: expected))
    }
  }

  @Test("evaluates and predicts the same, whatever the window")
  func evaluation() throws {
    let (memory, decoded) = (try Self.inMemory(), try Self.decoded(.float32))
    for workers in [1, 3] {
      let trainer = try Self.trainer(workers: workers)
      #expect(try trainer.evaluate(decoded) == trainer.evaluate(memory))
      #expect(try trainer.predict(decoded) == trainer.predict(memory))
    }
  }

  @Test("ends with the error of a sample that cannot be decoded, wherever it is", arguments: [0, 9, 10, 29, 42])
  func failures(sample: Int) throws {
    let data = try Self.decoded(.uint8, failing: sample)
    for workers in [1, 3] {
      let trainer = try Self.trainer(workers: workers)
      #expect(throws: TestDecoder.Failure(sample: sample)) { try trainer.fit(data) }
      #expect(throws: TestDecoder.Failure(sample: sample)) { try trainer.evaluate(data) }
      #expect(throws: TestDecoder.Failure(sample: sample)) { try trainer.predict(data) }
      // The steps before it were made.
      #expect(trainer.state.stepInEpoch <= 4)
    }
  }

  @Test("decodes on the thread that asks if the system allows no others", arguments: [0, 1, 4])
  func threads(count: Int) throws {
    let data = try Self.decoded(.uint8)
    let order = SampleOrder(count: Self.count)
    try data.withSamples(order: order, scale: 1, window: 10, firstWindow: 1, workerCount: count) { samples in
      for first in stride(from: 10, to: Self.count, by: 10) {
        let window = try samples.window(first..<min(first + 10, Self.count))
        guard case .bytes(let bytes) = window.inputs else { preconditionFailure("the inputs are bytes") }
        for position in 0..<window.count {
          let values = UnsafeBufferPointer(
            start: bytes + window.inputIndex(at: position) * Self.shape.count, count: Self.shape.count)
          #expect(values.elementsEqual((0..<Self.shape.count).map { TestDecoder.value(first + position, $0) }))
        }
      }
    }
    let failing = try Self.decoded(.uint8, failing: 17)
    #expect(throws: TestDecoder.Failure(sample: 17)) {
      try failing.withSamples(scale: 1, window: 10, workerCount: count) { samples in
        _ = try samples.window(0..<10)
        _ = try samples.window(10..<20)
      }
    }
  }

  @Test("of a part of the samples decodes only these")
  func parts() throws {
    let data = try Self.decoded(.uint8, failing: 42)
    let (training, validation) = try data.split(validation: 0.3)
    try Self.trainer(workers: 2).fit(training)
    #expect(throws: TestDecoder.Failure.self) { try Self.trainer(workers: 2).evaluate(validation) }
  }
}

extension Snapshot {
  /// Equality but for the times of the epochs.
  fileprivate func isSame(as other: Snapshot) -> Bool {
    parameters == other.parameters && slots == other.slots && state.step == other.state.step
      && state.history.columns.filter { $0.key != "seconds" }
        == other.state.history.columns.filter { $0.key != "seconds" }
  }
}
