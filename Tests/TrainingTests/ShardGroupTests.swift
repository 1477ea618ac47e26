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
    #expect([1, 2, 5, 7, 13].map { size(shards: $0, workers: 1, floats: 1) } == [1, 2, 4, 4, 8])
    #expect(size(shards: 32, workers: 2, floats: 1) == 16)
    // Six groups of 32 and one of 8: 104 shards for the busiest worker, and 7 buffers instead of 50.
    #expect(size(shards: 200, workers: 2, floats: 1) == 32)
    #expect([1, 1_000_000].map { size(shards: 8, workers: 1, floats: $0) } == [8, 1])
  }

  @Test(
    "are claimed in order: the last, smaller one by the worker that is free first",
    arguments: [(32, 200, 2, 104), (64, 200, 2, 128), (1, 8, 3, 3), (2, 8, 3, 4), (8, 8, 3, 8), (4, 5, 1, 5)])
  func longest(size: Int, shards: Int, workers: Int, expected: Int) {
    let groups = ShardGroups(size: size)
    #expect(groups.longest(shards: shards, workers: workers) == expected)
    // As the schedule of recorded tasks.
    let tasks = (0..<groups.count(ofShards: shards)).map { Double(groups.shards(ofGroup: $0, of: shards).count) }
    #expect(PhaseTasks(name: "", seconds: tasks).makespan(workers: workers) == Double(expected))
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
    for (workers, division) in [
      (1, .compact(ShardGroups(size: 8))), (2, .compact(ShardGroups(size: 4))), (8, .compact(ShardGroups(size: 1))),
      (5, .wide(slices: 5)), (3, .compact(ShardGroups(size: 1))), (10, .wide(slices: 10)), (64, .wide(slices: 50)),
    ] as [(Int, StepDivision)] {
      #expect(try SmallRun.trainer(.perceptron, workers: workers).memory.division == division, "\(workers)")
    }
  }

  @Test("one worker has whole shards, also where they differ in size", arguments: [9, 10, 20, 33, 50])
  func oneWorker(batchSize: Int) throws {
    let configuration = TrainingConfiguration(model: SmallNetwork.lesson.model, batchSize: batchSize)
    for workers in [1, 2] {
      let trainer = try Trainer(configuration, inputShape: SmallRun.data.train.shape, workerCount: workers)
      #expect(!trainer.memory.division.isWide, "\(workers)")
    }
  }

  @Test("the wide plan needs memory, and without it there is the compact one", arguments: [0, Int.max])
  func memory(available: Int) throws {
    let trainer = try SmallRun.trainer(.lesson, workers: 1)
    var programs = trainer.programs
    let division = StepDivision.choose(trainer.configuration, &programs, workers: 16, available: available)
    #expect(division == (available == 0 ? .compact(ShardGroups(size: 1)) : .wide(slices: 16)))
    #expect(programs.training.hasSeparateVariableGradients == division.isWide)
  }

  @Test("a batch is divided into tasks that cover its samples, whatever the plan")
  func parts() {
    for division in [StepDivision.compact(ShardGroups(size: 2)), .wide(slices: 3), .wide(slices: 64)] {
      for samples in [1, 2, 7, 50] {
        let sharding = BatchSharding(sampleCount: samples, shards: 8)
        let parts = (0..<division.taskCount(sharding)).map { division.part(ofTask: $0, of: sharding) }
        #expect(parts.flatMap { Array($0.samples) } == Array(0..<samples))
        for part in parts {
          let ends = (0..<part.shardCount).map(part.end(ofShard:))
          #expect(ends.last == part.samples.count && ends == ends.sorted())
        }
      }
    }
  }

  @Test(
    "have the gradients of their shards, summed in the tree, to the bit",
    arguments: SmallNetwork.all, SmallRun.instructionSets)
  func sameBits(network: SmallNetwork, instructionSet: InstructionSet) throws {
    let shards = 7
    let trainer = try SmallRun.trainer(network, workers: 1, shards: shards, instructionSet: instructionSet)
    let configuration = trainer.configuration
    var state = trainer.state
    state.stepInEpoch = 1

    /// For groups of a size: the gradients of each parameter summed over all shards, the loss of each sample, and the
    /// next values of the other variables.
    func gradients(_ division: StepDivision) throws -> (parameters: [[Float]], losses: [Double], nextState: [Float]) {
      var programs = trainer.programs
      programs.training.hasSeparateVariableGradients = division.isWide
      let memory = StepMemory(
        configuration: configuration, programs: programs, division: division, variables: trainer.variables,
        kernels: trainer.kernels, workerCount: 1)
      try network.data.train.withSamples(scale: 255, window: configuration.batchSize, workerCount: 1) { samples in
        let step = try CurrentStep(configuration, samples, state)
        for phase in memory.phases.dropLast(memory.update.phases.count) {
          // From the last task to the first: the order must not matter.
          for task in (0..<phase.taskCount(step)).reversed() { phase.run(task: task, worker: 0, step) }
          #expect(phase.finish(step))
        }
      }
      let time = memory.update.time(shards: shards, iteration: 1, learningRate: 0)
      for task in 0..<memory.update.taskCount {
        memory.update.forEachBlock(of: task) { memory.update.reduce($1, at: $0, time) }
      }
      return (
        trainer.plan.variables.indices.filter { trainer.plan.variables[$0].role == .trainable }
          .map { trainer.program.values(of: $0, in: memory.reduction.total(from: 0)) },
        (0..<configuration.batchSize).map { memory.lossSums.rows(from: $0, width: configuration.sumNames.count)[0] },
        Array(UnsafeBufferPointer(start: trainer.variables.nextState.start, count: trainer.plan.movingCount))
      )
    }

    let alone = try gradients(.compact(ShardGroups(size: 1)))
    #expect(alone.parameters.allSatisfy { $0.contains { $0 != 0 } })
    for division in [2, 4, 8].map({ StepDivision.compact(ShardGroups(size: $0)) })
      + [1, 3, 11, 50].map({ .wide(slices: $0) })
    {
      let together = try gradients(division)
      for (parameter, (values, expected)) in zip(
        trainer.plan.trainableVariables, zip(together.parameters, alone.parameters))
      {
        let differences = values.indices.filter { values[$0] != expected[$0] }
        #expect(differences.isEmpty, "\(parameter.path) in \(division)")
      }
      #expect(together.losses == alone.losses, "\(division)")
      #expect(together.nextState == alone.nextState, "\(division)")
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
