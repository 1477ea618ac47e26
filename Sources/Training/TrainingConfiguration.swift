import NeuralNetwork

/// Everything that decides which weights a run ends with, besides the data.
///
/// How many workers compute it is not among it.
public struct TrainingConfiguration: Sendable {
  public var model: Sequential
  public var optimizer: any Optimizer
  public var loss: any Loss
  public var metrics: [any Metric]
  public var epochs: Int
  /// Samples in a batch; the last batch of an epoch may be shorter.
  public var batchSize: Int
  /// The parts into which a batch is cut: a number of the run, not of the machine.
  public var shards: Int
  /// A new order of the samples in each epoch, or always that of the data.
  public var shuffle: Bool
  /// At most `Int64.max`, which is what a configuration and a checkpoint can hold.
  public var seed: UInt64 { didSet { Self.check(seed: seed) } }
  /// What inputs are divided by; nil for 255 where they are images of bytes and the model does not begin with a Rescaling
  /// layer, and for 1 otherwise.
  public var scale: Float?
  /// The part of the training data that is set apart for validation, from its end; nil for none.
  public var validationSplit: Double? { didSet { Self.check(validationSplit: validationSplit) } }
  /// How the learning rate changes with the steps; nil if it does not.
  public var learningRateSchedule: LearningRateSchedule?
  public var onNonfinite: NonfinitePolicy

  /// - Parameter metrics: accuracy if nil, unless the loss is a metric itself, such as the mean squared error.
  public init(
    model: Sequential, optimizer: any Optimizer = Adam(), loss: any Loss = CategoricalCrossentropy(),
    metrics: [any Metric]? = nil, epochs: Int = 10, batchSize: Int = 200, shards: Int = 8,
    shuffle: Bool = true, seed: UInt64 = 1, scale: Float? = nil, validationSplit: Double? = nil,
    learningRateSchedule: LearningRateSchedule? = nil, onNonfinite: NonfinitePolicy = .stop
  ) {
    precondition(epochs > 0 && batchSize > 0, "a run needs epochs (\(epochs)) and batches (\(batchSize)) of 1 or more")
    precondition((1...batchSize).contains(shards), "a batch of \(batchSize) samples cannot be cut in \(shards) shards")
    Self.check(seed: seed)
    Self.check(validationSplit: validationSplit)
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
    self.validationSplit = validationSplit
    self.learningRateSchedule = learningRateSchedule
    self.onNonfinite = onNonfinite
  }

  private static func check(seed: UInt64) {
    precondition(seed <= Int64.max, "a seed is at most \(Int64.max), got \(seed)")
  }

  private static func check(validationSplit: Double?) {
    precondition(
      validationSplit.map { $0 > 0 && $0 < 1 } ?? true,
      "a part is more than 0 and less than 1, got \(validationSplit ?? 0)")
  }

  /// What is measured where nothing is named.
  package static func defaultMetrics(_ loss: any Loss) -> [any Metric] { loss is any Metric ? [] : [Accuracy()] }

  /// The metric by which the best checkpoint is told where none is named; nil if there is none.
  package var defaultBestMetric: String? {
    if sumNames.contains(Accuracy.name) { return "val_\(Accuracy.name)" }
    return type(of: loss).targets == .values ? "val_loss" : nil
  }

  /// The samples of the largest shard.
  var largestShard: Int { BatchSharding(sampleCount: batchSize, shards: shards).largestShard }

  /// What a pixel is divided by in all: by `scale`, and by a layer that the model begins with; nil before the data is known.
  public var pixelDivisor: Float? { scale.map { $0 * model.pixelDivisor } }

  /// `loss`, then the metrics: the names of what is summed over samples.
  public var sumNames: [String] { ["loss"] + metrics.map { type(of: $0).name } }

  /// The names of what an epoch is judged by: `sumNames`, of the training and of the validation data.
  package var monitoredNames: [String] { sumNames + sumNames.map { "val_\($0)" } }
}

extension TrainingConfiguration {
  /// The name of a log of this run: `{seed}` stands for the seed, so that runs of several seeds have a file each.
  public func logName(_ pattern: String) -> String { pattern.replacing("{seed}", with: "\(seed)") }
}
