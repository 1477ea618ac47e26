import Datasets
import Machine
import NeuralNetwork

extension Trainer {
  /// The loss and the metrics of the model on a data set.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model.
  public func evaluate(_ dataset: Dataset) throws -> Evaluation {
    try dataset.check(fits: plan)
    let chunks = chunks(of: dataset.count)
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
    return try predict(ImageSet(dataset))
  }

  /// The model's outputs for every image; what labels there are is not looked at.
  ///
  /// - Throws: `TrainingError` if the images do not fit the model.
  public func predict(_ images: ImageSet) throws -> Prediction {
    try images.check(fits: plan)
    let chunks = chunks(of: images.count)
    let classes = plan.outputShape.count
    // The buffer, and the array that is handed out.
    let (bytes, overflow) = images.count.multipliedReportingOverflow(by: 2 * classes * MemoryLayout<Float>.size)
    guard !overflow, Memory.canHold(bytes) else {
      throw TrainingError.tooManyOutputs(samples: images.count, classes: classes)
    }
    let outputs = FloatBuffer(count: images.count * classes)
    let (workers, variables) = (memory.workers, variables)
    images.withSamples { samples in
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        let range = chunks.range(ofShard: chunk)
        workers[worker].predict(
          samples.part(range), variables: variables, outputs: outputs.start + range.lowerBound * classes)
      }
    }
    let values = UnsafeBufferPointer(start: outputs.start, count: images.count * classes)
    let kind: Prediction.Kind =
      programs.inference.isLogits ? .probabilities : configuration.loss.fromLogits ? .logits : .outputs
    return Prediction(values: Array(values), classes: classes, kind: kind)
  }

  /// Samples cut into parts of a shard's size: a function of the run alone, as the shards of a batch are.
  private func chunks(of samples: Int) -> BatchSharding {
    let capacity = configuration.largestShard
    return BatchSharding(sampleCount: samples, shards: (samples + capacity - 1) / capacity)
  }
}

extension ImageSet {
  /// Calls `body` with the samples in their order. Their labels, of which a forward pass sees nothing, are zeros.
  fileprivate func withSamples(_ body: (SampleSlice) -> Void) {
    let labels = [Int32](repeating: 0, count: count)
    images.withUnsafeBufferPointer { images in
      labels.withUnsafeBufferPointer { labels in
        guard let images = images.baseAddress, let labels = labels.baseAddress else {
          preconditionFailure("'\(name)' holds no samples")
        }
        body(SampleSlice(images: images, labels: labels, order: nil, range: 0..<count))
      }
    }
  }
}
