import Foundation
import HDF5Reading
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

/// Runs of Keras with parts of its catalog, imported after a few steps and continued. `SameTraining/make_parts.py` produces
/// Keras' results.
@Suite("Martlet continues runs of Keras")
struct SamePartsTests {
  private static let (steps, stepsBefore, batchSize, inputs, classes) = (12, 3, 10, 6, 4)

  private static func samples() throws -> Dataset {
    let count = (steps + stepsBefore) * batchSize
    let values = (0..<count * inputs).map { (index: Int) -> Float in
      Float((UInt32(truncatingIfNeeded: index) &* 2_654_435_761) >> 24) / 128 - 1
    }
    return try Dataset(
      name: "samples", shape: [inputs], inputs: values,
      targets: (0..<count).flatMap { sample in (0..<classes).map { $0 == sample * 7 % classes ? 1 : 0 } },
      targetShape: [classes])
  }

  private static let names = ["nadam", "amsgrad", "adagrad", "adadelta", "adamax", "lion"]

  private static func imported(_ name: String) throws -> KerasModelFile.Import {
    let directory = try #require(Bundle.module.url(forResource: "SameTraining", withExtension: nil)).path
    return try KerasModelFile(path: "\(directory)/parts-\(name).keras").model(for: .training)
  }

  @Test("with the losses and the weights of Keras", arguments: names)
  func continued(name: String) throws {
    let imported = try Self.imported(name)
    #expect(imported.notes.isEmpty, "\(imported.notes)")
    var run = try Checkpoint(importing: imported.model, origin: name)
    run.configuration.training.shuffle = false
    run.configuration.training.batchSize = Self.batchSize
    let trainer = try Trainer(run, workerCount: 2)
    #expect(trainer.state.step == Self.stepsBefore)
    let log = StepLosses()
    try trainer.fit(Self.samples(), maxSteps: Self.stepsBefore + Self.steps, callbacks: [log])
    let directory = try #require(Bundle.module.url(forResource: "SameTraining", withExtension: nil)).path
    let expected = try HDF5File(contentsOf: "\(directory)/parts-\(name).expected.h5").root
    let losses: [Float] = try expected.read("losses").values
    #expect(zip(log.losses, losses).allSatisfy { abs($0 - $1) < 1e-4 } && log.losses.count == losses.count)
    for (index, parameter) in trainer.weights.enumerated() {
      let weights: [Float] = try expected.read("weights/\(index)").values
      #expect(largestDifference(parameter.values, weights) < 1e-4, "\(parameter.path)")
    }
  }

  @Test("and exports them with everything that it read", arguments: names, [ExportFormat.keras, .h5])
  func exported(name: String, format: ExportFormat) throws {
    let imported = try Self.imported(name).model
    let bytes = try imported.exported(format, path: "x")
    let again = try KerasModelFile(bytes, path: "x").model(for: .training).model
    #expect(again.model.configuration == imported.model.configuration)
    #expect(again.optimizer.allOptions == imported.optimizer.allOptions)
    #expect(again.learningRateSchedule == imported.learningRateSchedule)
    #expect(again.loss.options == imported.loss.options && type(of: again.loss) == type(of: imported.loss))
    #expect(again.metrics.map(\.options) == imported.metrics.map(\.options))
    #expect(again.weights == imported.weights && again.optimizerState?.slots == imported.optimizerState?.slots)
    #expect(again.optimizerState?.iteration == imported.optimizerState?.iteration)
    // Also from one file of Keras to another.
    let exported = try KerasModelFile(bytes, path: "x").model(for: .exporting).model
    #expect(exported.learningRateSchedule == imported.learningRateSchedule)
    #expect(try exported.exported(format, path: "x") == bytes)
  }

  @Test("reads metrics with their options, and schedules")
  func parts() throws {
    let nadam = try Self.imported("nadam").model
    #expect(nadam.metrics.map { type(of: $0).name } == ["top_k_categorical_accuracy", "auc", "accuracy"])
    #expect((nadam.metrics.first as? TopKCategoricalAccuracy)?.k == 2)
    #expect(nadam.learningRateSchedule == LearningRateSchedule(.exponential(decaySteps: 4, decayRate: 0.8)))
    #expect(nadam.optimizer.learningRate == 0.02)
    let constrained = try #require(try Self.imported("adagrad").model.model.layers.first as? Dense)
    #expect(constrained.kernel.initializer is RandomNormal && constrained.kernel.constraint is MaxNorm)
  }
}

/// Records the loss of every step.
private final class StepLosses: Callback {
  private(set) var losses: [Float] = []

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { self.losses += losses }
}
