import Configuration
import Datasets
import NeuralNetwork

/// An error of training, evaluation or prediction.
public enum TrainingError: Error, Equatable {
  case shapeMismatch(dataset: String, inputs: Shape, model: Shape)
  case outputNotClasses(Shape)
  case labelOutOfRange(dataset: String, sample: Int, label: Int, classes: Int)
  /// Test-time augmentation of inputs that are not images.
  case noImages(input: Shape)
  /// Pictures for a model whose input is not a picture of 1, 3 or 4 channels.
  case noPictures(input: Shape)
  /// The data set has inputs only: it cannot be used for training or evaluation.
  case noTargets(dataset: String)
  /// A target that is not a class.
  case noClass(dataset: String, sample: Int, target: String, loss: String)
  /// Targets that the model's outputs cannot be compared with.
  case targetMismatch(dataset: String, target: Field, loss: String, output: Shape)
  /// Samples that cannot be mixed by `BatchAugmentation`.
  case cannotMix(reason: String)
  /// A pattern of an option of the optimizer that matches no variable.
  ///
  /// - Parameters:
  ///   - kind: what the names are: `variable`.
  ///   - names: the names that there are.
  ///   - advice: a sentence.
  case unmatchedPattern(key: String, pattern: String, kind: String, names: [String], advice: String?)
  case batchLargerThanData(batchSize: Int, dataset: String, samples: Int)
  /// More passes over the data than random streams.
  case tooManyPasses(stepsPerEpoch: Int, epochs: Int, batches: Int)
  /// The memory needed exceeds that available.
  case tooLarge(bytes: Int, available: Int)
  /// The batches that are decoded ahead do not fit in memory.
  case ringTooLarge(samples: Int, bytesPerSample: Int)
  /// The outputs for all samples do not fit in memory.
  case tooManyOutputs(samples: Int, classes: Int)
  /// The system does not allow enough worker threads.
  case tooFewThreads(workers: Int, available: Int)
  /// The loss of a batch is NaN or infinite. The step was not made.
  case nonfiniteLoss(NonfiniteBatch)
  /// Every batch of an epoch had a NaN or infinite loss, and was skipped.
  case allBatchesNonfinite(epoch: Int)
  /// A callback monitors a metric that the history does not have.
  case unknownMetric(name: String, known: [String])
  /// A snapshot whose variables are not those of the model.
  case incompatibleSnapshot(reason: String)
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .shapeMismatch(let dataset, let inputs, let model):
      "the \(inputs.image == nil ? "inputs" : "images") of '\(dataset)' have shape \(inputs), the model needs \(model)."
    case .outputNotClasses(let shape):
      "the model's output has the shape \(shape), but needs one axis: a value per class or per number to "
        + "predict. Add a flatten and a dense layer."
    case .labelOutOfRange(let dataset, let sample, let label, let classes):
      "sample \(sample) of '\(dataset)' has the label \(label), but the model has \(classes) outputs "
        + "(labels 0 to \(classes - 1)). Change the units of the last layer, or the labels."
    case .noImages(let input):
      "the model's input has the shape \(input), which is not an image: test-time augmentation mirrors and shifts "
        + "images. Leave it out."
    case .noPictures(let input):
      "the model's input has the shape \(input), which is not a picture (height, width, 1, 3 or 4 channels). Predict "
        + "arrays."
    case .noTargets(let dataset):
      "'\(dataset)' has inputs only; training and evaluation need labels or other targets."
    case .noClass(let dataset, let sample, let target, let loss):
      "the target of sample \(sample) of '\(dataset)' is \(target), but \(loss) needs one class per sample: a label or "
        + "a one-hot vector. To predict numbers, use a loss such as mean_squared_error."
    case .targetMismatch(let dataset, let target, let loss, let output):
      "the targets of '\(dataset)' are \(target), the model's output has the shape \(output): \(loss) compares them "
        + "element by element. Give the last layer \(target.shape.count) unit\(target.shape.count == 1 ? "" : "s")."
    case .cannotMix(let reason): "fit.batch_augmentation: \(reason)"
    case .unmatchedPattern(let key, let pattern, let kind, let names, let advice):
      "compile.optimizer.\(key): no \(kind) matches '\(pattern.quotedForMessage)'. \(advice.map { "\($0) " } ?? "")There are "
        + "\(names.prefix(30).joined(separator: ", "))\(names.count > 30 ? ", …" : "")."
    case .batchLargerThanData(let batchSize, let dataset, let samples):
      "a batch of \(batchSize) samples is larger than '\(dataset)', which has \(samples). Use a smaller batch size."
    case .tooManyPasses(let stepsPerEpoch, let epochs, let batches):
      "\(epochs) epochs of \(stepsPerEpoch) steps pass more than \((1 << 24) - 1) times over data of \(batches) "
        + "batches. Use fewer epochs or steps_per_epoch."
    case .tooLarge(let bytes, let available):
      "the model needs \(Self.gigabytes(bytes)) GB for its weights, its optimizer, its checkpoints and the workers' "
        + "memory; \(Self.gigabytes(available)) GB are available. Use smaller layers, a smaller batch or fewer workers."
    case .ringTooLarge(let samples, let bytesPerSample):
      "\(samples) samples of \(bytesPerSample) bytes, which are decoded ahead, do not fit in memory. Use a smaller batch or "
        + "a smaller image_size."
    case .tooManyOutputs(let samples, let classes):
      "\(classes) outputs for each of \(samples) samples do not fit in memory. Predict fewer samples at a time."
    case .tooFewThreads(let workers, let available):
      "\(workers) workers need \(workers) threads, but the system allows only \(available). Raise the limit "
        + "(ulimit -u, TasksMax of systemd), or use fewer workers."
    case .nonfiniteLoss(let batch):
      "\(batch) The step was not made; the last checkpoint is older. Use a smaller learning rate, inspect these "
        + "samples, or skip such batches (fit.on_nonfinite: skip)."
    case .allBatchesNonfinite(let epoch):
      "epoch \(epoch): the loss of every batch is NaN or infinite, and all were skipped: training has diverged. "
        + "Resume from an older checkpoint, or start again with a smaller learning rate."
    case .unknownMetric(let name, let known):
      "a callback monitors '\(name)', which is not recorded. Available metrics: \(known.joined(separator: ", "))."
    case .incompatibleSnapshot(let reason):
      "the saved state does not match this model: \(reason)."
    }
  }
}

extension TrainingError {
  private static func gigabytes(_ bytes: Int) -> Double { (Double(bytes) / 1e8).rounded() / 10 }
}
