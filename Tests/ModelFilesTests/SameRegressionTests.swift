import Foundation
import HDF5Reading
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// From Keras' initial weights, 300 steps over floats with AdamW. `SameTraining/make_regression.py` produces Keras'
/// results with JAX.
@Suite("Martlet trains on values like Keras")
struct SameRegressionTests {
  private static let (steps, batchSize, inputs) = (300, 50, 8)

  /// Numbers with a few bits, as the script computes them.
  private static func samples(isBinary: Bool) throws -> Dataset {
    let values = (0..<steps * batchSize * inputs).map { (index: Int) -> Float in
      Float((UInt32(truncatingIfNeeded: index) &* 2_654_435_761) >> 24) / 128 - 1
    }
    let targets = (0..<steps * batchSize).flatMap { (sample: Int) -> [Float] in
      let x = Array(values[inputs * sample..<inputs * (sample + 1)])
      return [x[0] * x[1] + x[2] / 2, x[3] - x[4] * x[5]]
    }
    return try Dataset(
      name: "samples", shape: [inputs], inputs: values, targets: isBinary ? targets.map { $0 > 0 ? 1 : 0 } : targets,
      targetShape: [2])
  }

  @Test(
    "the loss of each of 300 steps, and the weights after them",
    arguments: ["regression", "regression-mae", "regression-binary"])
  func sameTraining(name: String) throws {
    let directory = try #require(Bundle.module.url(forResource: "SameTraining", withExtension: nil)).path
    let imported = try KerasModelFile(path: "\(directory)/\(name).keras").model(for: .training)
    #expect(imported.notes.isEmpty && imported.model.optimizer is AdamW)
    var run = try Checkpoint(importing: imported.model, origin: name)
    run.configuration.training.shuffle = false
    run.configuration.training.batchSize = Self.batchSize
    let trainer = try Trainer(run, workerCount: 2)
    let log = StepLosses()
    let data = try Self.samples(isBinary: name.hasSuffix("binary"))
    let before = trainer.weights
    try trainer.fit(data, maxSteps: Self.steps, callbacks: [log])

    let expected = try HDF5File(contentsOf: "\(directory)/\(name).expected.h5").root
    let losses: [Float] = try expected.read("losses").values
    #expect(log.losses.count == Self.steps)
    let worst = zip(log.losses, losses).map { abs($0 - $1) / $1 }.max() ?? .infinity
    #expect(worst < 1e-4, "losses differ by \(worst) relative")
    for (index, parameter) in trainer.weights.enumerated() {
      let weights: [Float] = try expected.read("weights/\(index)").values
      #expect(largestDifference(parameter.values, weights) < 1e-4, "\(parameter.path)")
      // Far more than the tolerance.
      #expect(largestDifference(parameter.values, before[index].values) > 1e-2, "\(parameter.path)")
    }
  }
}

/// Records the loss of every step.
private final class StepLosses: Callback {
  private(set) var losses: [Float] = []

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { self.losses += losses }
}
