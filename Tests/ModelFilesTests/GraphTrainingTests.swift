import Foundation
import HDF5Reading
import Martlet
import Testing

/// From the same weights, 300 steps with branches and batch normalization. `SameTraining/make_graphs.py` produces
/// Keras' results, with TensorFlow and with JAX, from the same networks, options and data.
@Suite("Martlet trains graphs like Keras")
struct GraphTrainingTests {
  private static let (steps, batchSize, size, classes) = (300, 50, 12, 10)
  private static let tolerance: Float = 1e-4

  /// Numbers as the script computes them.
  private static func hashed(_ number: Int) -> Int { Int((UInt32(truncatingIfNeeded: number) &* 2_654_435_761) >> 24) }

  /// Images with a third of their pixels lit, depending on the class, and some noise; a tenth is mislabeled.
  private static func samples() throws -> Dataset {
    let (count, pixels, classes) = (steps * batchSize, size * size, classes)
    let classOf = (0..<count).map { $0 * 7 % 11 % classes }
    let images = (0..<count).flatMap { sample in
      (0..<pixels).map { pixel in
        let noise = hashed(sample * pixels + pixel)
        let isLit = hashed(1_000_003 + classOf[sample] * pixels + pixel) < 85 || noise < 16
        return isLit ? UInt8(noise) : 0
      }
    }
    let labels = classOf.enumerated().map { hashed($0 + 77) < 26 ? ($1 + 3) % classes : $1 }
    return try Dataset(name: "samples", shape: [size, size, 1], inputs: images, labels: labels)
  }

  /// Keras' initial and final values, with both backends.
  private struct Golden {
    private let root: HDF5Group
    private let variables: [String]

    init(_ name: String) throws {
      let directory = try #require(Bundle.module.url(forResource: "SameTraining", withExtension: nil)).path
      root = try HDF5File(contentsOf: "\(directory)/\(name).graph.h5").root
      variables = try root.attributes("variables")
    }

    /// The values of variables in the model's order, from a dataset in Keras' order.
    func weights(_ dataset: String, like model: [Snapshot.Variable]) throws -> [Snapshot.Variable] {
      let values: [Float] = try root.read(dataset).values
      let counts = Dictionary(uniqueKeysWithValues: model.map { ($0.path, $0.shape.count) })
      var starts: [String: Int] = [:]
      var next = 0
      for path in variables {
        starts[path] = next
        next += try #require(counts[path])
      }
      return try model.map {
        let start = try #require(starts[$0.path])
        return Snapshot.Variable(path: $0.path, shape: $0.shape, values: Array(values[start...].prefix($0.shape.count)))
      }
    }

    func losses(_ backend: String) throws -> [Float] { try root.read("\(backend)/losses").values }
  }

  /// Expects values within the tolerance of both backends, or, if those differ by more, within three times their
  /// difference.
  private func expect(_ own: [Float], _ tensorFlow: [Float], _ jax: [Float], _ what: String) {
    let distance = largestDifference(tensorFlow, jax)
    let own = (tensorFlow: largestDifference(own, tensorFlow), jax: largestDifference(own, jax))
    #expect(max(own.tensorFlow, own.jax) < max(Self.tolerance, 3 * distance), "\(what): \(own), \(distance) apart")
  }

  @Test(
    "the loss of each of 300 steps, the weights and the moving statistics after them",
    arguments: GraphNetwork.all.map(\.name))
  func sameTraining(name: String) throws {
    let network = try #require(GraphNetwork.all.first { $0.name == name })
    let golden = try Golden(name)
    let configuration = TrainingConfiguration(
      model: network.model, optimizer: network.optimizer, epochs: 1, batchSize: Self.batchSize, shuffle: false)
    let trainer = try Trainer(configuration, inputShape: [Self.size, Self.size, 1], workerCount: 2)
    let start = try golden.weights("start", like: trainer.weights)
    try trainer.setWeights(start)
    let log = LossLog()
    try trainer.fit(Self.samples(), maxSteps: Self.steps, callbacks: [log])

    #expect(log.losses.count == Self.steps)
    expect(log.losses, try golden.losses("tensorflow"), try golden.losses("jax"), "losses")
    let weights = trainer.weights
    let tensorFlow = try golden.weights("tensorflow/weights", like: weights)
    let jax = try golden.weights("jax/weights", like: weights)
    for (index, weight) in weights.enumerated() {
      expect(weight.values, tensorFlow[index].values, jax[index].values, weight.path)
    }
    let frozen = Set(trainer.plan.variables.filter { $0.role == .frozen }.map(\.path))
    #expect(weights.filter { frozen.contains($0.path) } == start.filter { frozen.contains($0.path) })
    #expect(frozen.isEmpty == (name != "frozen"))
    // Unchanged weights would agree, too.
    let moved = zip(weights, start).filter { !$0.0.path.contains("moving") }.map {
      largestDifference($0.values, $1.values)
    }
    #expect(moved.max() ?? 0 > 100 * Self.tolerance)
  }
}
