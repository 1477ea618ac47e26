import Foundation
import HDF5Reading
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// From Keras' initial weights, 300 steps: the strongest check of every formula. `SameTraining/make_training.py`
/// produces Keras' results with TensorFlow.
@Suite("Martlet trains like Keras")
struct SameTrainingTests {
  private static let (steps, batchSize, pixels, classes, kept) = (300, 200, 28 * 28, 10, 31)

  /// Numbers as the script computes them.
  private static func hashed(_ number: Int) -> Int { Int((UInt32(truncatingIfNeeded: number) &* 2_654_435_761) >> 24) }

  /// Images with a fifth of their pixels lit, depending on the class, and some noise; a tenth is mislabeled.
  private static func samples() throws -> Dataset {
    // Static values are accessed through a lock, too slow for each of 47 million pixels.
    let (count, pixels, classes) = (steps * batchSize, pixels, classes)
    let classOf = (0..<count).map { $0 * 7 % 11 % classes }
    let patterns = (0..<classes * pixels).map { hashed(1_000_003 + $0) }
    let images = [UInt8](unsafeUninitializedCapacity: count * pixels) { buffer, initializedCount in
      for sample in 0..<count {
        for pixel in 0..<pixels {
          let noise = hashed(sample * pixels + pixel)
          let isLit = patterns[classOf[sample] * pixels + pixel] < 50 || noise < 8
          buffer[sample * pixels + pixel] = isLit ? UInt8(noise) : 0
        }
      }
      initializedCount = count * pixels
    }
    let labels = classOf.enumerated().map { Int32(hashed($0 + 77) < 26 ? ($1 + 3) % classes : $1) }
    return try Dataset(
      name: "samples", shape: [28, 28, 1], images: images, labels: labels)
  }

  @Test(
    "the loss of each of 300 steps, and the weights after them", arguments: ["lesson", "convnet", "mlp", "average"])
  func sameTraining(name: String) throws {
    let directory = try #require(Bundle.module.url(forResource: "SameTraining", withExtension: nil)).path
    let imported = try KerasModelFile(path: "\(directory)/\(name).h5").model(for: .training)
    var run = try Checkpoint(importing: imported.model, origin: name)
    run.configuration.training.shuffle = false
    run.configuration.training.batchSize = Self.batchSize
    let trainer = try Trainer(run, workerCount: 2)
    let log = LossLog()
    try trainer.fit(Self.samples(), maxSteps: Self.steps, callbacks: [log])

    let expected = try HDF5File(contentsOf: "\(directory)/\(name).expected.h5").root
    let losses: [Float] = try expected.read("losses").values
    #expect(log.losses.count == Self.steps)
    let worst = zip(log.losses, losses).map { abs($0 - $1) / $1 }.max() ?? .infinity
    #expect(worst < 1e-4, "losses differ by \(worst) relative")
    for (index, parameter) in trainer.snapshot().parameters.enumerated() {
      let weights: [Float] = try expected.read("weights/\(index)").values
      let own = stride(from: 0, to: parameter.values.count, by: Self.kept).map { parameter.values[$0] }
      #expect(largestDifference(own, weights) < 1e-4, "\(parameter.path)")
    }
  }
}

/// Records the loss of every step.
final class LossLog: Callback {
  private(set) var losses: [Float] = []

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { self.losses += losses }
}
