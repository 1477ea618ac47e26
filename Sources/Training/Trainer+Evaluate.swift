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
    var sums = try sums(over: dataset)
    sums[0] += memory.update.penalties.total(of: variables.parameters.start) * Double(dataset.count)
    var running = RunningSums(count: sums.count)
    _ = running.add(sums, samples: dataset.count)
    return Evaluation(
      results: configuration.results(of: running, outputs: plan.outputShape.count), samples: dataset.count)
  }

  /// The samples whose rows are in memory at a time. A power of two: their sum is a subtree of that over all samples.
  private static let evaluationBlock = 1 << 16

  /// The sums of the loss and the metrics over a data set, in a fixed tree with samples as leaves, then the counts.
  private func sums(over dataset: Dataset) throws -> [Double] {
    let width = configuration.sumNames.count
    let block = Self.evaluationBlock
    let blockCount = (dataset.count + block - 1) / block
    let rows = SampleSums(capacity: min(dataset.count, block), width: width)
    let blockSums = SampleSums(capacity: blockCount, width: width)
    let (workers, variables) = (memory.workers, variables)
    try forEachWindow(of: dataset) { window in
      let first = window.range.lowerBound % block
      let chunks = chunks(of: window.count)
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        let range = chunks.range(ofShard: chunk)
        workers[worker].evaluate(
          window.part(range), variables: variables, rows: rows.rows(from: first + range.lowerBound, width: width))
      }
      let end = window.range.upperBound
      guard end % block == 0 || end == dataset.count else { return }
      blockSums.rows(from: (end - 1) / block, width: width).update(
        from: rows.sum(samples: first + window.count, width: width), count: width)
    }
    var sums = Array(UnsafeBufferPointer(start: blockSums.sum(samples: blockCount, width: width), count: width))
    sums += [Double](repeating: 0, count: configuration.countCount(outputs: plan.outputShape.count))
    sums.withUnsafeMutableBufferPointer { sums in
      guard let start = sums.baseAddress else { return }
      for worker in workers { worker.moveCounts(to: start + width) }
    }
    return sums
  }

  /// Calls `body` with all samples of a data set, window by window, each within a block.
  private func forEachWindow(of dataset: Dataset, _ body: (SampleSlice) -> Void) throws {
    let size = evaluationWindow(of: dataset)
    try dataset.withSamples(
      scale: configuration.scale(for: dataset.input), window: size, workerCount: workerCount
    ) { samples in
      for first in stride(from: 0, to: dataset.count, by: size) {
        body(try samples.window(first..<min(first + size, dataset.count)))
      }
    }
  }

  /// The samples of a window: a power of two, a whole block unless the inputs must be decoded.
  private func evaluationWindow(of dataset: Dataset) -> Int {
    guard case .decoded = dataset.storage else { return Self.evaluationBlock }
    let least = min(4 * taskWorkers * programs.inferenceCapacity, dataset.count)
    var size = 64
    while size < least, size < Self.evaluationBlock { size *= 2 }
    return size
  }

  /// Computes the model's outputs for every sample of a data set; targets are ignored.
  ///
  /// - Throws: `TrainingError` if the inputs do not fit the model.
  public func predict(_ dataset: Dataset) throws -> Prediction {
    try dataset.checkInputs(fit: plan)
    let classes = plan.outputShape.count
    // The buffer and the returned array.
    let (bytes, overflow) = dataset.count.multipliedReportingOverflow(by: 2 * classes * MemoryLayout<Float>.size)
    guard !overflow, Memory.canHold(bytes) else {
      throw TrainingError.tooManyOutputs(samples: dataset.count, classes: classes)
    }
    foldWeights()
    let outputs = FloatBuffer(count: dataset.count * classes)
    let (workers, variables) = (memory.workers, variables)
    try forEachWindow(of: dataset) { window in
      let chunks = chunks(of: window.count)
      team.perform(tasks: chunks.shardCount) { worker, chunk in
        let range = chunks.range(ofShard: chunk)
        workers[worker].predict(
          window.part(range), variables: variables,
          outputs: outputs.start + (window.range.lowerBound + range.lowerBound) * classes)
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
    return configuration.loss.isOverIndependentProbabilities ? .probabilities : .outputs
  }

  /// Samples split into tasks: as large as serves the kernels, with work for every worker.
  private func chunks(of samples: Int) -> BatchSharding {
    let least = (samples + programs.inferenceCapacity - 1) / programs.inferenceCapacity
    return BatchSharding(sampleCount: samples, shards: max(least, min(taskWorkers, samples)))
  }
}
