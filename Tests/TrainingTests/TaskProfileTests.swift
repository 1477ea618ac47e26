import Datasets
import NeuralNetwork
import Testing

@testable import Training

@Suite("Recorded tasks")
struct TaskProfileTests {
  private let data = SmallRun.data.train
  private let model = SmallNetwork.lesson.model

  private func configuration(_ model: Sequential) -> TrainingConfiguration {
    TrainingConfiguration(model: model, batchSize: 40, shards: 4, shuffle: true, seed: 1)
  }

  /// The number of workers, and of tasks of the passes: one worker computes all shards at once.
  @Test("are those of as many workers as they are divided for", arguments: [(1, 1), (4, 4), (16, 16), (64, 40)])
  func steps(workers: Int, tasks: Int) throws {
    let profile = try Trainer.profileSteps(
      configuration(model), data, workers: workers, steps: 5, instructionSet: .bestSupported)
    let names = profile.phases.map(\.name)
    let isWide = workers > 4
    #expect(
      names == ["forward and backward passes"] + (isWide ? ["gradients of variables"] : [])
        + ["sums of gradients and updates"])
    #expect(profile.phases[0].seconds.count == tasks)
    #expect(profile.phases.allSatisfy { $0.seconds.allSatisfy { $0 > 0 } })
    #expect(profile.secondsBetween > 0)
    // More workers take no longer, and no less than the longest task of each phase.
    let seconds = [1, 2, 4, 8].map { profile.seconds(workers: $0, change: 0) }
    #expect(seconds == seconds.sorted(by: >))
    #expect(seconds[3] >= profile.phases.reduce(0) { $0 + ($1.seconds.max() ?? 0) })
  }

  @Test("of a network with batch normalization are in the order of its phases")
  func batchNormalization() throws {
    let model = Sequential([
      Flatten(), Dense(units: 8), BatchNormalization(), Dense(units: 10, activation: .softmax),
    ])
    let profile = try Trainer.profileSteps(
      configuration(model), data, workers: 2, steps: 3, instructionSet: .bestSupported)
    #expect(
      profile.phases.map(\.name) == [
        "forward passes", "forward and backward passes", "backward passes", "sums of gradients and updates",
      ])
  }

  @Test("of an evaluation leave no worker without samples")
  func evaluation() throws {
    let tasks = try [1, 16].map { workers in
      let profile = try Trainer.profileEvaluation(
        configuration(model), data, workers: workers, instructionSet: .bestSupported)
      return profile.phases.map(\.seconds.count)
    }
    #expect(tasks[0].count == 1 && tasks[0][0] < 16)
    #expect(tasks[1] == [16])
  }

  @Test("are not those of steps that a loss that is not finite ends")
  func nonfinite() throws {
    var configuration = configuration(model)
    configuration.optimizer = SGD(learningRate: 1e30)
    configuration.onNonfinite = .skip
    #expect(throws: TrainingError.self) {
      try Trainer.profileSteps(configuration, data, workers: 2, steps: 5, instructionSet: .bestSupported)
    }
  }

  @Test("are the same training")
  func bits() throws {
    let recorder = TaskRecorder()
    let recorded = try Trainer(
      configuration(model), inputShape: data.shape, workerCount: 1, dividedFor: 16, recorder: recorder,
      instructionSet: .bestSupported)
    let other = try Trainer(configuration(model), inputShape: data.shape, workerCount: 2)
    for trainer in [recorded, other] { try trainer.fit(data, epochs: 2) }
    #expect(recorded.snapshot().parameters == other.snapshot().parameters)
  }
}
