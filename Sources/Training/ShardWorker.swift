import Datasets
import Kernels
import NeuralNetwork

/// What one worker owns: the memory in which it computes one shard after the other.
final class ShardWorker: @unchecked Sendable {
  // Sendable: `WorkerTeam` runs one task of a worker at a time, and joins before anybody else looks.
  private let configuration: TrainingConfiguration
  private let network: Network
  private let kernels: KernelSet
  private let workspace: NetworkWorkspace
  private let labels: UnsafeMutablePointer<Int32>

  init(configuration: TrainingConfiguration, network: Network, kernels: KernelSet) {
    self.configuration = configuration
    self.network = network
    self.kernels = kernels
    let capacity = BatchSharding(sampleCount: configuration.batchSize, shards: configuration.shards).largestShard
    workspace = NetworkWorkspace(for: network, capacity: capacity)
    labels = .allocate(capacity: capacity)
    labels.initialize(repeating: 0, count: capacity)
  }

  deinit { labels.deallocate() }

  /// The most samples that the worker computes at a time.
  var capacity: Int { workspace.capacity }

  /// Computes forward, loss and backward of one shard.
  ///
  /// - Parameters:
  ///   - gradients: overwritten with the shard's gradients.
  ///   - sums: overwritten with the sums over the shard's samples of the loss and of each metric.
  ///   - batchCount: the samples of the whole batch, over which the loss is the mean.
  func train(
    _ shard: SampleSlice, batchCount: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Double>
  ) {
    forward(shard, parameters: parameters)
    sum(shard.count, into: sums, gradient: workspace.outputGradient, scale: 1 / Float(batchCount))
    network.backward(workspace, samples: shard.count, parameters: parameters, gradients: gradients)
  }

  /// Computes forward and loss of some samples; `sums` as in `train`.
  func evaluate(_ samples: SampleSlice, parameters: UnsafePointer<Float>, sums: UnsafeMutablePointer<Double>) {
    forward(samples, parameters: parameters)
    sum(samples.count, into: sums, gradient: nil, scale: 1)
  }

  /// Writes the model's outputs (samples, classes) for some samples.
  func predict(_ samples: SampleSlice, parameters: UnsafePointer<Float>, outputs: UnsafeMutablePointer<Float>) {
    forward(samples, parameters: parameters)
    let classes = network.outputShape.count
    outputs.update(from: workspace.output, count: samples.count * classes)
    if network.form == .logits { Softmax.forward(outputs, rows: samples.count, columns: classes) }
  }

  private func forward(_ samples: SampleSlice, parameters: UnsafePointer<Float>) {
    let pixels = network.inputShape.count
    for position in 0..<samples.count {
      let index = samples.index(at: position)
      kernels.scaleImages(
        samples.images + index * pixels, workspace.input + position * pixels, count: pixels,
        divisor: configuration.scale)
      labels[position] = samples.labels[index]
    }
    network.forward(workspace, samples: samples.count, parameters: parameters)
  }

  private func sum(
    _ count: Int, into sums: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let classes = network.outputShape.count
    sums[0] = configuration.loss.sum(
      outputs: workspace.output, form: network.form, labels: labels, samples: count, classes: classes,
      gradient: gradient, scale: scale)
    for (index, metric) in configuration.metrics.enumerated() {
      sums[index + 1] = metric.sum(outputs: workspace.output, labels: labels, samples: count, classes: classes)
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
