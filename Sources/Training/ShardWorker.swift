import Datasets
import Kernels
import NeuralNetwork

/// What one worker owns: the memory in which it computes a group of shards at a time.
final class ShardWorker: @unchecked Sendable {
  // Sendable: `WorkerTeam` runs one task of a worker at a time, and joins before anybody else looks.
  private let configuration: TrainingConfiguration
  let network: Network
  private let kernels: KernelSet
  let workspace: NetworkWorkspace
  private let labels: UnsafeMutablePointer<Int32>

  /// - Parameter groupSize: the most shards that it computes at a time.
  init(configuration: TrainingConfiguration, network: Network, kernels: KernelSet, groupSize: Int) {
    self.configuration = configuration
    self.network = network
    self.kernels = kernels
    let capacity = configuration.largestShard * groupSize
    workspace = NetworkWorkspace(for: network, capacity: capacity, shards: groupSize)
    labels = .allocate(capacity: capacity)
    labels.initialize(repeating: 0, count: capacity)
  }

  deinit { labels.deallocate() }

  /// Computes forward, loss and backward of neighbouring shards of a batch. The loss is the mean over the whole batch.
  ///
  /// - Parameters:
  ///   - gradients: overwritten with the sum of the shards' gradients, in the order of `ShardTree`.
  ///   - sums: of each shard, overwritten with the sums over its samples of the loss and of each metric.
  func train(
    _ batch: SampleSlice, sharding: BatchSharding, shards: Range<Int>, parameters: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, sums: ShardSums
  ) {
    let range = sharding.range(ofShards: shards)
    workspace.divide(into: shards.count) {
      sharding.range(ofShard: shards.lowerBound + $0).upperBound - range.lowerBound
    }
    forward(batch.part(range), parameters: parameters)
    for shard in shards {
      let samples = sharding.range(ofShard: shard)
      sum(
        samples.count, from: samples.lowerBound - range.lowerBound, into: sums[shard], isTraining: true,
        scale: 1 / Float(batch.count))
    }
    network.backward(workspace, parameters: parameters, gradients: gradients)
  }

  /// Computes forward and loss of some samples; `sums` as in `train`.
  func evaluate(_ samples: SampleSlice, parameters: UnsafePointer<Float>, sums: UnsafeMutablePointer<Double>) {
    workspace.divide(into: 1) { _ in samples.count }
    forward(samples, parameters: parameters)
    sum(samples.count, from: 0, into: sums, isTraining: false, scale: 1)
  }

  /// Writes the model's outputs (samples, classes) for some samples.
  func predict(_ samples: SampleSlice, parameters: UnsafePointer<Float>, outputs: UnsafeMutablePointer<Float>) {
    workspace.divide(into: 1) { _ in samples.count }
    forward(samples, parameters: parameters)
    let classes = network.outputShape.count
    outputs.update(from: workspace.output, count: samples.count * classes)
    if network.form == .logits { Softmax.forward(outputs, rows: samples.count, columns: classes) }
  }

  /// Loads samples as one shard.
  func prepare(_ samples: SampleSlice) {
    workspace.divide(into: 1) { _ in samples.count }
    load(samples)
  }

  /// Computes the gradient of the loss of the `count` samples at hand, from the outputs.
  func differentiate(_ count: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: configuration.sumNames.count) { sums in
      guard let start = sums.baseAddress else { return }
      sum(count, from: 0, into: start, isTraining: true, scale: 1 / Float(count))
    }
  }

  private func forward(_ samples: SampleSlice, parameters: UnsafePointer<Float>) {
    load(samples)
    network.forward(workspace, parameters: parameters)
  }

  private func load(_ samples: SampleSlice) {
    let pixels = network.inputShape.count
    for position in 0..<samples.count {
      let index = samples.index(at: position)
      let next = samples.index(at: min(position + 1, samples.count - 1))
      kernels.scaleImages(
        samples.images + index * pixels, workspace.input + position * pixels, count: pixels,
        divisor: configuration.scale, next: samples.images + next * pixels)
      labels[position] = samples.labels[index]
    }
  }

  /// Sums the loss and the metrics of `count` samples, and if training computes the gradient of the loss.
  private func sum(
    _ count: Int, from first: Int, into sums: UnsafeMutablePointer<Double>, isTraining: Bool, scale: Float
  ) {
    let classes = network.outputShape.count
    let (outputs, labels) = (workspace.output + first * classes, labels + first)
    sums[0] = configuration.loss.sum(
      outputs: outputs, form: network.form, labels: labels, samples: count, classes: classes,
      gradient: isTraining ? workspace.outputGradient + first * classes : nil, scale: scale)
    for (index, metric) in configuration.metrics.enumerated() {
      sums[index + 1] = metric.sum(outputs: outputs, labels: labels, samples: count, classes: classes)
    }
  }
}

/// Some samples of a data set, in an order: what a worker computes at a time.
struct SampleSlice: @unchecked Sendable {
  // Sendable: the memory is only read while the slice is in use.
  /// (all samples, height, width, channels)
  let images: UnsafePointer<UInt8>
  /// (all samples)
  let labels: UnsafePointer<Int32>
  /// The order of all samples; nil for that of the data.
  let order: UnsafePointer<Int32>?
  let range: Range<Int>

  var count: Int { range.count }

  func index(at position: Int) -> Int {
    order.map { Int($0[range.lowerBound + position]) } ?? range.lowerBound + position
  }

  /// A part of the slice, counted from its own first sample.
  func part(_ part: Range<Int>) -> SampleSlice {
    let first = range.lowerBound
    return SampleSlice(
      images: images, labels: labels, order: order, range: first + part.lowerBound..<first + part.upperBound)
  }
}
