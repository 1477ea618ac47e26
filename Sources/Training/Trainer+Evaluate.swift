import Datasets
import NeuralNetwork

extension Trainer {
  /// The loss and the metrics of the model on a data set.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model.
  public func evaluate(_ dataset: Dataset) throws -> Evaluation {
    try dataset.check(fits: plan)
    let chunks = chunks(of: dataset)
    let rows = ShardSums(tasks: chunks.shardCount, sums: configuration.sumNames.count)
    let (workers, variables) = (memory.workers, variables)
    dataset.withSamples(order: nil) { samples in
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        workers[worker].evaluate(
          samples.part(chunks.range(ofShard: chunk)), variables: variables, sums: rows[chunk])
      }
    }
    var sums = RunningSums(count: configuration.sumNames.count)
    _ = sums.add(rows, tasks: chunks.shardCount, samples: dataset.count)
    return Evaluation(
      values: zip(configuration.sumNames, sums.means).map { (name: $0, value: $1) }, samples: dataset.count)
  }

  /// The model's outputs for every sample of a data set.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model.
  public func predict(_ dataset: Dataset) throws -> Prediction {
    try dataset.check(fits: plan)
    let chunks = chunks(of: dataset)
    let classes = plan.outputShape.count
    let outputs = FloatBuffer(count: dataset.count * classes)
    let (workers, variables) = (memory.workers, variables)
    dataset.withSamples(order: nil) { samples in
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        let range = chunks.range(ofShard: chunk)
        workers[worker].predict(
          samples.part(range), variables: variables, outputs: outputs.start + range.lowerBound * classes)
      }
    }
    let values = UnsafeBufferPointer(start: outputs.start, count: dataset.count * classes)
    return Prediction(probabilities: Array(values), classes: classes)
  }

  /// A data set cut into parts of a shard's size: a function of the run alone, as the shards of a batch are.
  private func chunks(of dataset: Dataset) -> BatchSharding {
    let capacity = configuration.largestShard
    return BatchSharding(sampleCount: dataset.count, shards: (dataset.count + capacity - 1) / capacity)
  }
}
