import Datasets
import NeuralNetwork
import SystemResources

extension Trainer {
  /// Computes the loss and the metrics of the model over a data set.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model.
  public func evaluate(_ dataset: Dataset) throws -> Evaluation {
    try dataset.check(fits: plan, configuration.loss)
    foldWeights()
    let sums = sums(over: dataset)
    var running = RunningSums(count: sums.count)
    _ = running.add(sums, samples: dataset.count)
    return Evaluation(
      values: zip(configuration.sumNames, running.means).map { (name: $0, value: $1) }, samples: dataset.count)
  }

  /// The samples whose rows are in memory at a time. A power of two: their sum is a subtree of that over all samples.
  private static let evaluationBlock = 1 << 16

  /// The sums of the loss and the metrics over a data set, in a fixed tree with samples as leaves.
  private func sums(over dataset: Dataset) -> [Double] {
    let width = configuration.sumNames.count
    let block = Self.evaluationBlock
    let blockCount = (dataset.count + block - 1) / block
    let rows = SampleSums(capacity: min(dataset.count, block), width: width)
    let blockSums = SampleSums(capacity: blockCount, width: width)
    let (workers, variables) = (memory.workers, variables)
    dataset.withSamples(scale: configuration.scale(for: dataset.input)) { samples in
      for index in 0..<blockCount {
        let part = samples.part(index * block..<min((index + 1) * block, dataset.count))
        let chunks = chunks(of: part.count)
        team.perform(tasks: chunks.shardCount) { worker, chunk in
          let range = chunks.range(ofShard: chunk)
          workers[worker].evaluate(
            part.part(range), variables: variables, rows: rows.rows(from: range.lowerBound, width: width))
        }
        blockSums.rows(from: index, width: width).update(
          from: rows.sum(samples: part.count, width: width), count: width)
      }
    }
    return Array(UnsafeBufferPointer(start: blockSums.sum(samples: blockCount, width: width), count: width))
  }

  /// Computes the model's outputs for every sample of a data set; targets are ignored.
  ///
  /// - Throws: `TrainingError` if the inputs do not fit the model.
  public func predict(_ dataset: Dataset) throws -> Prediction {
    try dataset.checkInputs(fit: plan)
    let chunks = chunks(of: dataset.count)
    let classes = plan.outputShape.count
    // The buffer and the returned array.
    let (bytes, overflow) = dataset.count.multipliedReportingOverflow(by: 2 * classes * MemoryLayout<Float>.size)
    guard !overflow, Memory.canHold(bytes) else {
      throw TrainingError.tooManyOutputs(samples: dataset.count, classes: classes)
    }
    foldWeights()
    let outputs = FloatBuffer(count: dataset.count * classes)
    let (workers, variables) = (memory.workers, variables)
    dataset.withSamples(scale: configuration.scale(for: dataset.input)) { samples in
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        let range = chunks.range(ofShard: chunk)
        workers[worker].predict(
          samples.part(range), variables: variables, outputs: outputs.start + range.lowerBound * classes)
      }
    }
    let values = UnsafeBufferPointer(start: outputs.start, count: dataset.count * classes)
    return Prediction(
      values: Array(values), classes: classes, kind: outputKind,
      areClasses: type(of: configuration.loss).targets == .classes)
  }

  /// Computes the inference weights derived from the current variables.
  private func foldWeights() {
    let foldings = programs.inference.foldings
    guard !foldings.isEmpty else { return }
    let variables = variables
    team.perform(tasks: foldings.count) { _, index in
      foldings[index].fold(
        variables: variables.parameters.start, state: variables.state.start, into: variables.folded.start)
    }
  }

  private var outputKind: Prediction.Kind {
    if programs.inference.isLogits { return .probabilities }
    if configuration.loss.fromLogits { return .logits }
    return configuration.loss is BinaryCrossentropy ? .probabilities : .outputs
  }

  /// Samples split into parts of a shard's size: a function of the run alone, as the shards of a batch.
  private func chunks(of samples: Int) -> BatchSharding {
    let capacity = configuration.largestShard
    return BatchSharding(sampleCount: samples, shards: (samples + capacity - 1) / capacity)
  }
}
