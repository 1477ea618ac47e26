import Datasets
import Machine
import NeuralNetwork

extension Trainer {
  /// The loss and the metrics of the model on a data set.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model.
  public func evaluate(_ dataset: Dataset) throws -> Evaluation {
    try dataset.check(fits: network)
    let chunks = chunks(of: dataset)
    let rows = ShardSums(tasks: chunks.shardCount, sums: configuration.sumNames.count)
    let (workers, parameters) = (memory.workers, variables.parameters)
    dataset.withSamples(order: nil) { samples in
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        workers[worker].evaluate(
          samples.part(chunks.range(ofShard: chunk)), parameters: parameters.start, sums: rows[chunk])
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
    try dataset.check(fits: network)
    let chunks = chunks(of: dataset)
    let classes = network.outputShape.count
    // The buffer, and the array that is handed out.
    let (bytes, overflow) = dataset.count.multipliedReportingOverflow(by: 2 * classes * MemoryLayout<Float>.size)
    guard !overflow, Memory.canHold(bytes) else {
      throw TrainingError.tooManyOutputs(samples: dataset.count, classes: classes)
    }
    let outputs = FloatBuffer(count: dataset.count * classes)
    let (workers, parameters) = (memory.workers, variables.parameters)
    dataset.withSamples(order: nil) { samples in
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        let range = chunks.range(ofShard: chunk)
        workers[worker].predict(
          samples.part(range), parameters: parameters.start, outputs: outputs.start + range.lowerBound * classes)
      }
    }
    let values = UnsafeBufferPointer(start: outputs.start, count: dataset.count * classes)
    let kind: Prediction.Kind =
      network.form == .logits ? .probabilities : configuration.loss.fromLogits ? .logits : .outputs
    return Prediction(values: Array(values), classes: classes, kind: kind)
  }

  /// A data set cut into parts of a shard's size: a function of the run alone, as the shards of a batch are.
  private func chunks(of dataset: Dataset) -> BatchSharding {
    let capacity = configuration.largestShard
    return BatchSharding(sampleCount: dataset.count, shards: (dataset.count + capacity - 1) / capacity)
  }
}
