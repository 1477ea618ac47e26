import Kernels
import NeuralNetwork
import TestSupport
import Testing

@testable import Training

@Suite("Groups of shards")
struct ShardGroupTests {
  /// The group size for a worker that needs `floats` per shard.
  private func size(shards: Int, workers: Int, floats: Int, parameters: Int = 1000) -> Int {
    ShardGroups(shards: shards, workers: workers, parameterCount: parameters) { $0 * floats }.size
  }

  @Test("are as large as possible with work for every worker and within the cache")
  func sizes() {
    #expect([1, 2, 3, 4, 8, 9].map { size(shards: 8, workers: $0, floats: 1) } == [8, 4, 1, 2, 1, 1])
    #expect([1, 2, 5, 7, 13].map { size(shards: $0, workers: 1, floats: 1) } == [1, 2, 1, 1, 1])
    #expect(size(shards: 32, workers: 2, floats: 1) == 16)
    #expect([1, 1_000_000].map { size(shards: 8, workers: 1, floats: $0) } == [8, 1])
  }

  @Test("cover the shards, each a subtree")
  func cover() {
    for shards in 1...33 {
      for workers in 1...9 {
        let groups = ShardGroups(shards: shards, workers: workers, parameterCount: 1000) { $0 }
        #expect(groups.size.nonzeroBitCount == 1)
        let ranges = (0..<groups.count(ofShards: shards)).map { groups.shards(ofGroup: $0, of: shards) }
        #expect(ranges.flatMap(Array.init) == Array(0..<shards))
        #expect(ranges.allSatisfy { $0.lowerBound % groups.size == 0 && $0.count <= groups.size && !$0.isEmpty })
      }
    }
  }

  @Test("differ in size where the tests of equal bits rely on it")
  func differInTests() throws {
    #expect(try SmallRun.trainer(.perceptron, workers: 1).memory.groups.size == 8)
    #expect(try SmallRun.trainer(.perceptron, workers: 2).memory.groups.size == 4)
    #expect(try SmallRun.trainer(.perceptron, workers: 8).memory.groups.size == 1)
  }

  @Test(
    "have the gradients of their shards, summed in the tree, to the bit",
    arguments: SmallNetwork.all, SmallRun.instructionSets)
  func sameBits(network: SmallNetwork, instructionSet: InstructionSet) throws {
    let shards = 7
    let trainer = try SmallRun.trainer(network, workers: 1, shards: shards, instructionSet: instructionSet)
    let (configuration, count) = (trainer.configuration, trainer.plan.trainableCount)
    var state = trainer.state
    state.stepInEpoch = 1

    /// For groups of a size: the gradients of each parameter summed over all shards, the loss of each sample, and the
    /// next values of the other variables.
    func gradients(groupSize: Int) throws -> (parameters: [[Float]], losses: [Double], nextState: [Float]) {
      let groups = ShardGroups(size: groupSize)
      let memory = StepMemory(
        configuration: configuration, programs: trainer.programs, groups: groups, variables: trainer.variables,
        kernels: trainer.kernels, workerCount: 1)
      try network.data.train.withSamples(scale: 255, window: configuration.batchSize, workerCount: 1) { samples in
        let step = try CurrentStep(configuration, samples, state)
        for phase in memory.phases.dropLast(memory.update.phases.count) {
          // From the last group to the first: the order must not matter.
          for task in (0..<phase.taskCount(step)).reversed() { phase.run(task: task, worker: 0, step) }
          #expect(phase.finish(step))
        }
      }
      memory.reduction.sum(0..<count, groups: groups.count(ofShards: shards))
      return (
        trainer.plan.variables.indices.filter { trainer.plan.variables[$0].role == .trainable }
          .map { trainer.program.values(of: $0, in: memory.reduction.total(from: 0)) },
        (0..<configuration.batchSize).map { memory.lossSums.rows(from: $0, width: configuration.sumNames.count)[0] },
        Array(UnsafeBufferPointer(start: trainer.variables.nextState.start, count: trainer.plan.movingCount))
      )
    }

    let alone = try gradients(groupSize: 1)
    #expect(alone.parameters.allSatisfy { $0.contains { $0 != 0 } })
    for groupSize in [2, 4, 8] {
      let together = try gradients(groupSize: groupSize)
      for (parameter, (values, expected)) in zip(
        trainer.plan.trainableVariables, zip(together.parameters, alone.parameters))
      {
        let differences = values.indices.filter { values[$0] != expected[$0] }
        #expect(differences.isEmpty, "\(parameter.path) in groups of \(groupSize)")
      }
      #expect(together.losses == alone.losses, "groups of \(groupSize)")
      #expect(together.nextState == alone.nextState, "groups of \(groupSize)")
    }
  }
}

@Suite("Timing")
struct TimingTests {
  @Test("sorts the measurements, and uses the median")
  func statistics() {
    let odd = Timing(seconds: [3, 1, 2])
    #expect((odd.median, odd.least, odd.most) == (2, 1, 3))
    #expect(Timing(seconds: [4, 1, 2, 8]).median == 3)
    #expect(Timing(seconds: [5]).median == 5)
    #expect(odd.scaled(by: 0.5) == Timing(seconds: [0.5, 1, 1.5]))
  }

  @Test("repeats short work until the clock can measure it, and reports one repetition")
  func repetitions() {
    let clock = ManualClock()
    var calls = 0
    let timing = Timing(runs: 3, duration: 0.001, now: clock.now) {
      clock.advance(by: .microseconds(10))
      calls += 1
    }
    // Doubled up to a millisecond, then three more times.
    #expect(calls == 1 + 2 + 4 + 8 + 16 + 32 + 64 + 128 + 3 * 128)
    #expect(timing.seconds.map { ($0 * 1e9).rounded() } == [10_000, 10_000, 10_000])
  }
}
