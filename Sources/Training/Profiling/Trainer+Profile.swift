import Datasets
import Kernels
import NeuralNetwork

extension Trainer {
  /// Measures each operation on a shard of `dataset`, with the kernels and memory of training.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model.
  package func profileLayers(_ dataset: Dataset, runs: Int) throws -> [LayerProfile] {
    try check(dataset, validation: nil)
    let worker = memory.workers[0]
    precondition(!memory.division.isWide, "layers are measured with the compact plan, of few workers")
    let shard = min(configuration.largestShard, dataset.count)
    let (variables, reduction) = (variables, memory.reduction)
    let box = PassTimesBox()
    let single = try WorkerTeam(count: 1)
    try dataset.withSamples(
      scale: configuration.scale(for: dataset.input), window: shard, workerCount: workerCount
    ) { samples in
      let samples = try samples.window(0..<shard)
      // On a worker, as in training: it flushes denormals.
      single.perform(tasks: 1) { _, _ in
        box.passes = worker.profile(
          samples, variables: variables, gradients: reduction.gradients(ofGroup: 0), runs: runs)
      }
    }
    let passes = box.passes
    return program.operations.enumerated().map { index, placed in
      LayerProfile(
        name: program.layerNames(of: placed),
        operations: program.operationCount(of: placed),
        forward: passes[index].forward.scaled(by: 1 / Double(shard)),
        backward: passes[index].backward.scaled(by: 1 / Double(shard)))
    }
  }

  /// Measures gradient reduction and optimizer update of one step, on all workers. The trainer cannot be used for
  /// training afterwards.
  package func profileUpdate(runs: Int) -> Timing {
    let update = memory.update
    let time = update.time(shards: configuration.shards, iteration: 1, learningRate: 0)
    return Timing(runs: runs) {
      team.perform(tasks: update.taskCount) { _, task in
        update.forEachBlock(of: task) { index, block in
          update.reduce(block, at: index, time)
          update.apply(block, time)
        }
      }
    }
  }
}

/// Carries measurements out of a worker.
private final class PassTimesBox: @unchecked Sendable {
  // Sendable: one worker writes, and has ended before the first read.
  var passes: [(forward: Timing, backward: Timing)] = []
}

extension ShardWorker {
  /// Measures both passes of each operation on some samples.
  fileprivate func profile(
    _ samples: SampleSlice, variables: Variables, gradients: UnsafeMutablePointer<Float>, runs: Int
  ) -> [(forward: Timing, backward: Timing)] {
    prepare(samples)
    let (parameters, state) = (variables.parameters.start, variables.state.start)
    let indices = workspace.program.operations.indices
    let forward = indices.map { index in
      Timing(runs: runs) { workspace.forward(index, variables: parameters, state: state) }
    }
    differentiate(samples.count)
    let backward = indices.reversed().map { index in
      Timing(runs: runs) {
        workspace.backward(index, variables: parameters, state: state, gradients: gradients)
      }
    }
    return zip(forward, backward.reversed()).map { ($0, $1) }
  }
}
