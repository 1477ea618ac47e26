import Datasets
import NeuralNetwork

/// The configuration of a run: everything besides the data that determines the final weights.
///
/// The number of workers is not part of it.
public struct TrainingConfiguration: Sendable {
  /// The layers of the model.
  public var model: Sequential
  /// The optimizer, with its options and learning rate.
  public var optimizer: any Optimizer
  /// The loss to minimize.
  public var loss: any Loss
  /// The metrics that are reported.
  public var metrics: [any Metric]
  /// The total number of epochs.
  public var epochs: Int
  /// Samples per batch; the last batch of a pass over the data may be smaller.
  public var batchSize: Int
  /// The steps of an epoch; nil for one pass over the training data. Each pass has a new order of samples, and an epoch
  /// begins where the one before ended, as in Keras for a data set that is repeated.
  public var stepsPerEpoch: Int?
  /// The model is validated after each epoch whose number, from 1, this divides.
  public var validationFrequency: Int
  /// Shards per batch: a property of the run, not of the machine.
  public var shards: Int
  /// Whether each epoch has a new order of samples; if not, it is the order of the data.
  public var shuffle: Bool
  /// At most `Int64.max`, the limit of configurations and checkpoints.
  public var seed: UInt64 { didSet { Self.check(seed: seed) } }
  /// The divisor of inputs; nil for 255 if they are images of bytes and the model does not begin with a Rescaling
  /// layer, and for 1 otherwise.
  public var scale: Float?
  /// Which samples of the data are used, and how much each counts.
  public var samples: SampleSettings { didSet { Self.check(validationSplit: samples.validationSplit) } }
  /// The names of the classes, in the order of the labels; nil for those of the data, if it has any.
  public var classNames: [String]?
  /// How pictures become inputs, if the data are files of pictures.
  package var pictures: ImagePreparation?
  /// The fraction of the training data held out for validation; nil for none.
  public var validationSplit: Double? {
    get { samples.validationSplit }
    set { samples.validationSplit = newValue }
  }
  /// The learning rate schedule; nil for a constant rate.
  public var learningRateSchedule: LearningRateSchedule?
  /// The augmentation of whole batches in training; nil for none.
  public var batchAugmentation: BatchAugmentation?
  /// The policy for batches whose loss is NaN or infinite.
  public var onNonfinite: NonfinitePolicy

  /// - Parameters:
  ///   - validationSplit: nil for that of `samples`.
  ///   - metrics: accuracy if nil, unless the loss is itself a metric, such as the mean squared error.
  public init(
    model: Sequential, optimizer: any Optimizer = Adam(), loss: any Loss = CategoricalCrossentropy(),
    metrics: [any Metric]? = nil, epochs: Int = 10, batchSize: Int = 200, shards: Int = 8,
    shuffle: Bool = true, seed: UInt64 = 1, scale: Float? = nil, validationSplit: Double? = nil,
    samples: SampleSettings = SampleSettings(), learningRateSchedule: LearningRateSchedule? = nil,
    onNonfinite: NonfinitePolicy = .stop, batchAugmentation: BatchAugmentation? = nil, stepsPerEpoch: Int? = nil,
    validationFrequency: Int = 1
  ) {
    precondition(epochs > 0 && batchSize > 0, "epochs (\(epochs)) and batchSize (\(batchSize)) must be 1 or more")
    precondition(
      stepsPerEpoch ?? 1 > 0 && validationFrequency > 0,
      "stepsPerEpoch (\(stepsPerEpoch ?? 1)) and validationFrequency (\(validationFrequency)) must be 1 or more")
    precondition((1...batchSize).contains(shards), "\(batchSize) samples cannot be split into \(shards) shards")
    Self.check(seed: seed)
    var samples = samples
    samples.validationSplit = validationSplit ?? samples.validationSplit
    Self.check(validationSplit: samples.validationSplit)
    self.model = model
    self.optimizer = optimizer
    self.loss = loss
    self.metrics = metrics ?? Self.defaultMetrics(loss)
    self.epochs = epochs
    self.batchSize = batchSize
    self.shards = shards
    self.shuffle = shuffle
    self.seed = seed
    self.scale = scale
    self.samples = samples
    self.learningRateSchedule = learningRateSchedule
    self.onNonfinite = onNonfinite
    self.batchAugmentation = batchAugmentation
    self.stepsPerEpoch = stepsPerEpoch
    self.validationFrequency = validationFrequency
  }

  private static func check(seed: UInt64) {
    precondition(seed <= Int64.max, "a seed is at most \(Int64.max), got \(seed)")
  }

  private static func check(validationSplit: Double?) {
    precondition(
      validationSplit.map { $0 > 0 && $0 < 1 } ?? true,
      "validationSplit must be greater than 0 and less than 1, got \(validationSplit ?? 0)")
  }

  /// The metrics if none are configured.
  package static func defaultMetrics(_ loss: any Loss) -> [any Metric] {
    loss is any Metric && !(loss is any CrossentropyLoss) ? [] : [Accuracy()]
  }

  /// The metric that decides the best checkpoint if none is configured; nil if there is none.
  package var defaultBestMetric: String? {
    let accuracies = [Accuracy.name, CategoricalAccuracy.name, SparseCategoricalAccuracy.name]
    if let name = accuracies.first(where: sumNames.contains) { return "val_\(name)" }
    return type(of: loss).targets == .values ? "val_loss" : nil
  }

  /// The number of samples in the largest shard.
  var largestShard: Int { BatchSharding(sampleCount: batchSize, shards: shards).largestShard }

  /// The total divisor of a pixel: `scale` times that of a first Rescaling layer; nil before the data is known.
  public var pixelDivisor: Float? { scale.map { $0 * model.pixelDivisor } }

  /// `loss`, then the metrics: the names of the sums over samples.
  public var sumNames: [String] { ["loss"] + metrics.map { type(of: $0).name } }

  /// The number of counts of all metrics that are counts, for a model with `outputs` outputs.
  func countCount(outputs: Int) -> Int {
    metrics.reduce(0) { $0 + (($1 as? any CountMetric)?.countCount(outputs: outputs) ?? 0) }
  }

  /// The largest number of values that the arrays of an epoch have, of the training and of the validation data.
  package func arrayCount(outputs: Int) -> Int {
    2 * metrics.filter { !$0.isNumber }.reduce(0) { $0 + (($1 as? any CountMetric)?.countCount(outputs: outputs) ?? 0) }
  }

  /// The number of running sums: those over samples, then the counts.
  package func sumCount(outputs: Int) -> Int { sumNames.count + countCount(outputs: outputs) }

  /// The loss and the metrics for sums over all samples; NaN before the first sample.
  package func results(of sums: RunningSums, outputs: Int) -> [(name: String, value: MetricValue)] {
    var first = sumNames.count
    let values =
      [MetricValue(sums.means[0])]
      + metrics.enumerated().map { index, metric in
        guard let metric = metric as? any CountMetric else {
          return MetricValue(metric.result(ofMean: sums.means[index + 1]))
        }
        let count = metric.countCount(outputs: outputs)
        defer { first += count }
        let value = metric.value(ofCounts: Array(sums.values[first..<first + count]), outputs: outputs)
        precondition(
          metric.isNumber == (value.number != nil), "isNumber of \(type(of: metric).name) is not that of its value")
        return value
      }
    return zip(sumNames, values).map { (name: $0, value: $1) }
  }

  /// The shapes of the metrics that are arrays, by their names in the history.
  func historyShapes(outputs: Int) -> [String: [Int]] {
    let zeros = RunningSums(count: sumCount(outputs: outputs))
    let arrays = results(of: zeros, outputs: outputs).filter { $0.value.number == nil }
    let names = arrays.flatMap { array in ["", "val_"].map { ($0 + array.name, array.value.shape) } }
    return Dictionary(names) { first, _ in first }
  }

  /// The names of the loss and the metrics that are numbers, of the training and of the validation data: those that
  /// checkpoints and callbacks can compare.
  package var monitoredNames: [String] { Self.monitoredNames(metrics) }

  /// `loss`, then the metrics that are numbers, then both of the validation data.
  package static func monitoredNames(_ metrics: [any Metric]) -> [String] {
    let names = ["loss"] + metrics.filter(\.isNumber).map { type(of: $0).name }
    return names + names.map { "val_\($0)" }
  }
}

extension TrainingConfiguration {
  /// The file name of a log of this run: `{seed}` is replaced with the seed, so that each seed has its own file.
  public func logName(_ pattern: String) -> String { pattern.replacing("{seed}", with: "\(seed)") }
}
