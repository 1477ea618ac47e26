import Datasets
import NeuralNetwork

/// Data that the model cannot be trained on or asked about.
public enum TrainingError: Error, Equatable {
  case shapeMismatch(dataset: String, inputs: Shape, model: Shape)
  case outputNotClasses(Shape)
  case labelOutOfRange(dataset: String, sample: Int, label: Int, classes: Int)
  /// Data that can be asked about, but not trained on or evaluated.
  case noTargets(dataset: String)
  /// A target that is no class.
  case noClass(dataset: String, sample: Int, target: String, loss: String)
  /// Targets that the model's outputs cannot be compared with.
  case targetMismatch(dataset: String, target: Field, loss: String, output: Shape)
  case batchLargerThanData(batchSize: Int, dataset: String, samples: Int)
  /// The numbers of the training do not fit the machine.
  case tooLarge(bytes: Int, available: Int)
  /// The outputs for all samples do not fit in memory.
  case tooManyOutputs(samples: Int, classes: Int)
  /// The system refuses to start the workers' threads.
  case tooFewThreads(workers: Int, available: Int)
  /// The loss of a batch is no number: NaN or infinite. The step was not made.
  case nonfiniteLoss(NonfiniteBatch)
  /// Every batch of an epoch had a loss that is no number, and was skipped.
  case nothingLearned(epoch: Int)
  /// A callback watches a metric that the history does not have.
  case unknownMetric(name: String, known: [String])
  /// A snapshot whose variables are not those of the model.
  case foreignSnapshot(reason: String)
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .shapeMismatch(let dataset, let inputs, let model):
      "the \(inputs.image == nil ? "inputs" : "images") of '\(dataset)' have the shape \(inputs), the model takes \(model)."
    case .outputNotClasses(let shape):
      "the model's output has the shape \(shape), but has to have one axis: a value for each class, or for each number to "
        + "predict. Add a flatten and a dense layer."
    case .labelOutOfRange(let dataset, let sample, let label, let classes):
      "sample \(sample) of '\(dataset)' has the label \(label), but the model has \(classes) outputs "
        + "(labels 0 to \(classes - 1)). Change the units of the last layer, or the labels."
    case .noTargets(let dataset):
      "'\(dataset)' has inputs alone, and no labels or other targets, which training and evaluation need."
    case .noClass(let dataset, let sample, let target, let loss):
      "the target of sample \(sample) of '\(dataset)' is \(target), but \(loss) needs one class for each sample: a label, or "
        + "a 1 among zeros (one-hot). For numbers to predict use a loss such as mean_squared_error."
    case .targetMismatch(let dataset, let target, let loss, let output):
      "the targets of '\(dataset)' are \(target), the model's output has the shape \(output): \(loss) compares number with "
        + "number. Give the last layer \(target.shape.count) unit\(target.shape.count == 1 ? "" : "s")."
    case .batchLargerThanData(let batchSize, let dataset, let samples):
      "a batch of \(batchSize) samples is larger than '\(dataset)', which has \(samples). Use a smaller batch size."
    case .tooLarge(let bytes, let available):
      "the model needs \(Self.gigabytes(bytes)) GB for its weights, its optimizer, its checkpoints and the workers' "
        + "memory; this process may have \(Self.gigabytes(available)) GB more. Use smaller layers, a smaller batch, or fewer workers."
    case .tooManyOutputs(let samples, let classes):
      "\(classes) outputs for each of \(samples) samples do not fit in memory. Ask for fewer samples at a time."
    case .tooFewThreads(let workers, let available):
      "\(workers) workers need \(workers) threads, and the system lets this process start \(available). Raise its limit "
        + "(ulimit -u, TasksMax of systemd), or use fewer workers (--workers 1 needs none)."
    case .nonfiniteLoss(let batch):
      "\(batch) The step was not made; the last checkpoint is from before it. Use a smaller learning rate, look at these "
        + "samples, or leave such batches out (fit.on_nonfinite: skip)."
    case .nothingLearned(let epoch):
      "epoch \(epoch): the loss of every batch is NaN or infinite, and all were skipped: there is nothing left to learn. "
        + "Go on from an older checkpoint, or start anew with a smaller learning rate."
    case .unknownMetric(let name, let known):
      "a callback watches '\(name)', which is not measured. There is: \(known.joined(separator: ", "))."
    case .foreignSnapshot(let reason):
      "the saved variables do not belong to this model: \(reason)."
    }
  }
}

extension TrainingError {
  private static func gigabytes(_ bytes: Int) -> Double { (Double(bytes) / 1e8).rounded() / 10 }
}
