import Datasets
import Kernels
import NeuralNetwork

/// What one computation of a network takes, for one sample, on one core.
public struct LayerProfile: Sendable {
  /// The layers that it covers: `conv2d + max_pooling2d`.
  public let name: String
  public let operations: OperationCount
  public let forward: Timing
  public let backward: Timing
}

extension Trainer {
  /// Measures each computation on a shard of `dataset`: the same kernels on the same memory as in training.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model.
  public func profileLayers(_ dataset: Dataset, runs: Int) throws -> [LayerProfile] {
    try check(dataset, validation: nil)
    let worker = memory.workers[0]
    let shard = min(configuration.largestShard, dataset.count)
    let (variables, reduction) = (variables, memory.reduction)
    let box = PassTimesBox()
    let single = try WorkerTeam(count: 1)
    dataset.withSamples(order: nil) { samples in
      // On a worker, as in training: it drops denormal numbers.
      single.perform(tasks: 1) { _, _ in
        box.passes = worker.profile(
          samples.part(0..<shard), parameters: variables.parameters.start, gradients: reduction.gradients(ofGroup: 0),
          runs: runs)
      }
    }
    let passes = box.passes
    return network.steps.indices.map { index in
      LayerProfile(
        name: network.layerNames(ofStep: index),
        operations: network.steps[index].computation.operations(needsInputGradient: index > 0),
        forward: passes[index].forward.scaled(by: 1 / Double(shard)),
        backward: passes[index].backward.scaled(by: 1 / Double(shard)))
    }
  }

  /// Measures the sum of the gradients and the optimizer's update of one step, on all workers. The trainer is of no use
  /// for training behind it.
  public func profileUpdate(runs: Int) -> Timing {
    let (memory, variables, configuration, kernels) = (memory, variables, configuration, kernels)
    let groups = memory.groups.count(ofShards: configuration.shards)
    return Timing(runs: runs) {
      team.perform(tasks: memory.reduction.blocks.count) { _, block in
        memory.update(
          block: block, groups: groups, variables: variables, optimizer: configuration.optimizer, iteration: 1,
          learningRate: 0, kernels: kernels)
      }
    }
  }
}

/// Brings measurements out of a worker.
private final class PassTimesBox: @unchecked Sendable {
  // Sendable: one worker writes, and is joined before anybody reads.
  var passes: [(forward: Timing, backward: Timing)] = []
}

extension ShardWorker {
  /// Measures both passes of each computation on some samples.
  fileprivate func profile(
    _ samples: SampleSlice, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, runs: Int
  ) -> [(forward: Timing, backward: Timing)] {
    prepare(samples)
    let forward = network.steps.indices.map { index in
      Timing(runs: runs) { network.forward(step: index, workspace, parameters: parameters) }
    }
    differentiate(samples.count)
    let backward = network.steps.indices.reversed().map { index in
      Timing(runs: runs) {
        network.backward(step: index, workspace, parameters: parameters, gradients: gradients)
      }
    }
    return zip(forward, backward.reversed()).map { ($0, $1) }
  }
}

/// What the processor can do at most: multiplications and additions in registers.
public enum PeakPerformance {
  /// Operations a second of each of `workers` threads that compute at the same time.
  ///
  /// - Throws: `TrainingError.tooFewThreads`.
  public static func measure(
    workers: Int, runs: Int, instructionSet: InstructionSet = .bestSupported
  ) throws -> Timing {
    let team = try WorkerTeam(count: workers)
    let kernels = instructionSet.kernels
    let rounds = 50_000
    let buffers = FloatBuffer(count: workers * 64)
    for index in 0..<buffers.count { buffers.start[index] = 1e-3 * Float(index % 7) }
    let seconds = Timing(runs: runs, duration: 0.02) {
      team.perform(tasks: workers) { _, task in
        kernels.multiplyAddRounds(rounds, buffers.start + task * 64)
      }
    }
    let operations = Double(rounds * kernels.operationsPerRound())
    return Timing(seconds: seconds.seconds.map { operations / $0 })
  }
}
