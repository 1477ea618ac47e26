import Kernels
import NeuralNetwork

/// A worker's buffers and passes for one part of a batch at a time.
final class ShardWorker: @unchecked Sendable {
  // Sendable: `WorkerTeam` runs one task per worker at a time, and joins before other access.
  private let configuration: TrainingConfiguration
  private let loader: BatchLoader
  let workspace: Workspace
  private let inference: Workspace
  /// The targets of the current samples, in the form of the loss.
  private let targets: TargetBuffer
  /// The number of sums per sample: the loss and the metrics.
  private let sumCount: Int
  /// The counts of the metrics since `moveCounts`.
  private let counts: UnsafeMutablePointer<Int>
  private let countCount: Int
  /// The metrics, those that are counts as such: a cast may allocate memory.
  private let metrics: [(mean: any Metric, count: (any CountMetric)?)]
  /// The probabilities of a final softmax that the loss includes, if a metric needs them.
  private let probabilities: FloatBuffer?

  /// - Parameters:
  ///   - batch: the memory of the batch that workers share.
  ///   - division: the division of steps into parts.
  init(
    configuration: TrainingConfiguration, programs: Programs, batch: BatchMemory, kernels: KernelSet,
    division: StepDivision
  ) {
    self.configuration = configuration
    loader = BatchLoader(
      kernels: kernels, inputCount: programs.training.plan.inputShape.count,
      isMixing: configuration.batchAugmentation != nil)
    sumCount = configuration.sumNames.count
    let outputs = programs.training.plan.outputShape.count
    countCount = configuration.countCount(outputs: outputs)
    metrics = configuration.metrics.map { ($0, $0 as? any CountMetric) }
    counts = .allocate(capacity: max(countCount, 1))
    counts.initialize(repeating: 0, count: max(countCount, 1))
    let capacity = division.capacity(configuration)
    let needsProbabilities = configuration.metrics.contains { type(of: $0).needsProbabilities }
    let most = max(capacity, programs.inferenceCapacity)
    probabilities =
      programs.training.isLogits && needsProbabilities ? FloatBuffer(count: most * outputs) : nil
    workspace = Workspace(
      for: programs.training, capacity: capacity, shards: division.shardCapacity(configuration), batch: batch,
      kernels: kernels)
    inference = Workspace(for: programs.inference, capacity: programs.inferenceCapacity, kernels: kernels)
    targets = TargetBuffer(type(of: configuration.loss), capacity: most, count: outputs)
  }

  deinit { counts.deallocate() }

  // MARK: - Phases of a step

  /// Computes the forward pass of a segment for a part of a batch.
  ///
  /// - Parameter rows: of the batch operation after the segment, overwritten for the samples of the part.
  func forward(
    segment: Int, of step: CurrentStep, _ part: BatchPart, variables: Variables, rows: SampleSums
  ) {
    begin(part, of: step)
    if segment == 0 { loader.load(part.samples, of: step, into: workspace.input) }
    workspace.forward(
      segment: segment, variables: variables.parameters.start, state: variables.state.start,
      rows: rowsStart(rows, ofSegment: segment + 1, from: part.samples.lowerBound))
  }

  /// Computes the forward pass of the last segment, the loss, and the segment's backward pass. The loss of a batch is
  /// the mean over its samples.
  ///
  /// - Parameters:
  ///   - gradients: overwritten for the segment's variables; see `Workspace.backward`.
  ///   - sums: overwritten for the samples of the part with the loss and each metric.
  func train(
    lastSegment segment: Int, of step: CurrentStep, _ part: BatchPart, variables: Variables,
    gradients: UnsafeMutablePointer<Float>, sums: SampleSums, rows: SampleSums
  ) {
    forward(segment: segment, of: step, part, variables: variables, rows: rows)
    let range = part.samples
    let samples = step.batch.part(range)
    targets.load(range, of: step)
    let values = sums.rows(from: range.lowerBound, width: sumCount)
    measure(range.count, of: workspace, into: values, gradientScale: 1 / Float(step.batch.count))
    weight(samples, losses: values, gradient: workspace.outputGradient)
    workspace.addPenalties(to: SampleColumn(values, stride: sumCount))
    backwardSegment(segment, from: range.lowerBound, variables: variables, gradients: gradients, rows: rows)
  }

  /// Computes the backward pass of a segment before the last.
  func backward(
    segment: Int, of step: CurrentStep, _ part: BatchPart, variables: Variables,
    gradients: UnsafeMutablePointer<Float>, rows: SampleSums
  ) {
    begin(part, of: step)
    backwardSegment(
      segment, from: part.samples.lowerBound, variables: variables, gradients: gradients, rows: rows)
  }

  /// Computes variable gradients after all passes, in the wide plan.
  func variableGradients(
    _ task: VariableGradientTasks.Task, of step: CurrentStep, variables: Variables,
    gradients: UnsafeMutablePointer<Float>
  ) {
    workspace.pass = step.pass
    workspace.divideBatch(into: step.sharding.shardCount) { step.sharding.range(ofShard: $0).upperBound }
    workspace.variableGradients(
      task, variables: variables.parameters.start, state: variables.state.start, into: gradients)
  }

  private func backwardSegment(
    _ segment: Int, from position: Int, variables: Variables, gradients: UnsafeMutablePointer<Float>, rows: SampleSums
  ) {
    workspace.backward(
      segment: segment, variables: variables.parameters.start, state: variables.state.start, gradients: gradients,
      rows: rowsStart(rows, ofSegment: segment, from: position))
  }

  /// Prepares the workspace for a part of a batch.
  private func begin(_ part: BatchPart, of step: CurrentStep) {
    workspace.pass = step.pass
    workspace.penaltyScale = 1 / Float(step.batch.count)
    workspace.divide(into: part.shardCount, first: part.samples.lowerBound, end: { part.end(ofShard: $0) })
  }

  /// The rows of the batch operation that begins a segment; nil if there is none.
  private func rowsStart(_ rows: SampleSums, ofSegment segment: Int, from position: Int) -> UnsafeMutablePointer<
    Double
  >? {
    let program = workspace.program
    guard segment < program.segments.count, let operation = program.batchOperation(ofSegment: segment)?.batchOperation
    else { return nil }
    return rows.rows(from: position, width: operation.sumCount)
  }

  // MARK: - Evaluation and prediction

  /// Computes the forward pass, the loss and the metrics of samples.
  ///
  /// - Parameter rows: (samples, loss and metrics), overwritten.
  func evaluate(_ samples: SampleSlice, variables: Variables, rows: UnsafeMutablePointer<Double>) {
    inference.divide(into: 1) { _ in samples.count }
    forward(samples, variables)
    targets.load(samples)
    measure(samples.count, of: inference, into: rows, gradientScale: nil)
    weight(samples, losses: rows, gradient: nil)
    inference.addPenalties(to: SampleColumn(rows, stride: sumCount))
  }

  /// Writes the model's outputs (samples, classes) for samples.
  func predict(_ samples: SampleSlice, variables: Variables, outputs: UnsafeMutablePointer<Float>) {
    inference.divide(into: 1) { _ in samples.count }
    forward(samples, variables)
    let classes = inference.program.plan.outputShape.count
    outputs.update(from: inference.output, count: samples.count * classes)
    if inference.program.isLogits { SoftmaxFunction.forward(outputs, rows: samples.count, columns: classes) }
  }

  /// Loads samples as one shard.
  func prepare(_ samples: SampleSlice) {
    workspace.divide(into: 1) { _ in samples.count }
    loader.load(samples, into: workspace.input)
    targets.load(samples)
  }

  /// Computes the gradient of the loss of the first `count` samples from the outputs.
  func differentiate(_ count: Int) {
    let sums = SampleSums(capacity: count, width: sumCount)
    measure(count, of: workspace, into: sums.rows(from: 0, width: sumCount), gradientScale: 1 / Float(count))
    counts.update(repeating: 0, count: countCount)
  }

  /// Multiplies the loss of each sample and its gradient with the sample's weight, as Keras' `sample_weight`: the mean
  /// is over the number of samples, not over their weights, and metrics are not weighted.
  private func weight(
    _ samples: SampleSlice, losses: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Float>?
  ) {
    guard let weights = samples.weights else { return }
    let outputs = workspace.program.plan.outputShape.count
    for position in 0..<samples.count {
      let weight = weights[samples.index(at: position)]
      losses[position * sumCount] *= Double(weight)
      guard let gradient else { continue }
      for index in position * outputs..<(position + 1) * outputs { gradient[index] *= weight }
    }
  }

  private func forward(_ samples: SampleSlice, _ variables: Variables) {
    loader.load(samples, into: inference.input)
    inference.folded = UnsafePointer(variables.folded.start)
    inference.forward(variables: variables.parameters.start, state: variables.state.start)
  }

  /// Computes the loss and the metrics of the first `count` samples.
  ///
  /// - Parameters:
  ///   - rows: (samples, loss and metrics), overwritten.
  ///   - gradientScale: the factor of the gradient of each sample's loss; nil to compute no gradient.
  private func measure(
    _ count: Int, of workspace: Workspace, into rows: UnsafeMutablePointer<Double>, gradientScale: Float?
  ) {
    let program = workspace.program
    let outputs = ModelOutputs(
      workspace.output, samples: count, count: program.plan.outputShape.count, isLogits: program.isLogits,
      targets: targets.targets)
    configuration.loss.compute(
      outputs, losses: SampleColumn(rows, stride: sumCount),
      gradient: gradientScale.map { _ in workspace.outputGradient }, scale: gradientScale ?? 1)
    measureMetrics(outputs, into: rows)
  }

  private func measureMetrics(_ outputs: ModelOutputs, into rows: UnsafeMutablePointer<Double>) {
    var likely = outputs
    if let probabilities {
      probabilities.start.update(from: outputs.values, count: outputs.samples * outputs.count)
      SoftmaxFunction.forward(probabilities.start, rows: outputs.samples, columns: outputs.count)
      likely = ModelOutputs(
        probabilities.start, samples: outputs.samples, count: outputs.count, isLogits: false, targets: outputs.targets)
    }
    var firstCount = counts
    for index in metrics.indices {
      let outputs = type(of: metrics[index].mean).needsProbabilities ? likely : outputs
      metrics[index].mean.compute(outputs, values: SampleColumn(rows + index + 1, stride: sumCount))
      guard let metric = metrics[index].count else { continue }
      metric.count(outputs, into: firstCount)
      firstCount += metric.countCount(outputs: outputs.count)
    }
  }

  /// Adds the counts of the metrics to `sums`, and starts again from 0.
  func moveCounts(to sums: UnsafeMutablePointer<Double>) {
    for index in 0..<countCount {
      sums[index] += Double(counts[index])
      counts[index] = 0
    }
  }
}
