import Configuration
import EventFiles
import NeuralNetwork
import Synchronization

/// Writes event files for TensorBoard, with the directories and tags of Keras' `TensorBoard`.
///
/// `DIRECTORY/train` has `epoch_loss`, `epoch_<metric>` and `epoch_learning_rate` of each epoch, at steps from 0, and
/// the histograms and pictures of the weights; `DIRECTORY/validation` has the values of the validation data, and its
/// mistakes. A metric that is an array has a tag for each class, `epoch_f1_score/cat`; a confusion matrix is a picture.
///
/// A resumed run continues in new files at its next epoch. TensorBoard discards what earlier files have from that epoch
/// on, so that no point is shown twice, also after a run was killed and resumed from an older checkpoint. Files that
/// cannot be written do not stop the run: the next epoch retries with all numbers since the last success.
public final class TensorBoard: ConfiguredCallback {
  public static let name = "tensorboard"
  public static let optionKeys = [
    "directory", "histogram_freq", "write_images", "write_steps_per_second", "update_freq", "mistakes",
  ]
  public static let decidesWeights = false

  /// The directory of the directories `train` and `validation`; `{seed}` is replaced with the run's seed.
  public let directory: String
  /// The histograms of the weights are written after each epoch whose number, from 0, this divides; 0 for none.
  public let histogramFrequency: Int
  /// Whether a picture of the filters of the first convolution is written with the histograms.
  public let writeImages: Bool
  /// Whether the steps per second of each epoch are written, validation included: `epoch_steps_per_second`.
  public let writeStepsPerSecond: Bool
  /// The number of wrong predictions in a picture of the most confident ones, written with the validation values; 0 for
  /// none. They take a pass over the validation data.
  public let mistakes: Int
  private let state = Mutex(State())

  private struct State {
    var files: [Part: PartFile] = [:]
    /// The epoch at which the run began or was resumed.
    var firstEpoch = 0
    var hasWarned = false
  }

  /// The file of a directory as this run left it.
  private struct PartFile {
    /// Nil before the first point.
    var file: EventFile?
    /// The number of epochs that are written, or were before the run was resumed.
    var epochs: Int
  }

  /// A directory, which TensorBoard shows as a run of its own.
  enum Part: String, CaseIterable {
    case train
    case validation
  }

  /// Creates a callback that writes event files below `directory`.
  public init(
    directory: String, histogramFrequency: Int = 0, writeImages: Bool = false, writeStepsPerSecond: Bool = false,
    mistakes: Int = 0
  ) {
    precondition(
      histogramFrequency >= 0 && mistakes >= 0,
      "histogramFrequency (\(histogramFrequency)) and mistakes (\(mistakes)) must be 0 or more")
    self.directory = directory
    self.histogramFrequency = histogramFrequency
    self.writeImages = writeImages
    self.writeStepsPerSecond = writeStepsPerSecond
    self.mistakes = mistakes
  }

  public init(options: ConfigurationReader, metrics: [String]) throws {
    directory = try options.filePath("directory")
    histogramFrequency = try options.integer("histogram_freq", in: 0...Int.max, default: 0)
    writeImages = try options.bool("write_images", default: false)
    writeStepsPerSecond = try options.bool("write_steps_per_second", default: false)
    mistakes = try options.integer("mistakes", in: 0...100, default: 0)
    if let frequency = options.node("update_freq"), frequency != ConfigurationNode(.string("epoch")) {
      throw options.error(
        .unexpected(
          expected: "epoch, the only one supported (train --step-log writes the loss of each step)",
          received: frequency.received), at: "update_freq")
    }
    guard histogramFrequency > 0 || !writeImages else {
      throw options.error(
        .conflict("the pictures of weights are written with their histograms: set histogram_freq too."),
        at: "write_images")
    }
  }

  public var options: [ConfigurationEntry] {
    [
      ConfigurationEntry("directory", ConfigurationNode(.string(directory))),
      ConfigurationEntry("histogram_freq", ConfigurationNode(.integer(histogramFrequency))),
      ConfigurationEntry("write_images", ConfigurationNode(.bool(writeImages))),
      ConfigurationEntry("write_steps_per_second", ConfigurationNode(.bool(writeStepsPerSecond))),
      ConfigurationEntry("mistakes", ConfigurationNode(.integer(mistakes))),
    ]
  }

  // MARK: - Training

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    let firstEpoch = trainer.state.history.count
    state.withLock { $0 = State(firstEpoch: firstEpoch) }
    warnOfMissingPictures(trainer)
    guard firstEpoch == 0, !trainer.replacesLogs else { return }
    for part in Part.allCases where EventFile.exist(inDirectory: path(part, trainer)) {
      trainer.warning(
        "\(path(part, trainer)): has event files of an earlier run. They are kept, but TensorBoard shows the points of "
          + "this run instead. Set another directory (callbacks.tensorboard.directory; {seed} is replaced with the seed) "
          + "to see both.")
      return
    }
  }

  private func warnOfMissingPictures(_ trainer: Trainer) {
    if mistakes > 0, !hasMistakes(trainer) {
      trainer.warning(
        "callbacks.tensorboard.mistakes: no pictures are written. They need a model that predicts classes, and "
          + "validation data of images with 1 or 3 channels.")
    }
    if writeImages, !trainer.plan.variables.contains(where: { Self.isKernel($0.shape) }) {
      trainer.warning("callbacks.tensorboard.write_images: no pictures are written, because there is no convolution.")
    }
  }

  /// Whether wrong predictions can be shown as pictures.
  private func hasMistakes(_ trainer: Trainer) -> Bool {
    type(of: trainer.configuration.loss).targets == .classes && trainer.validation?.isDrawable == true
  }

  /// Whether a variable's shape is that of the kernel of a convolution.
  private static func isKernel(_ shape: Shape) -> Bool { shape.dimensions.count == 4 }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    let points = EpochPoints(trainer.state.history, trainer.configuration, stepsPerEpoch: plan.stepsPerEpoch)
    let weights = try weightSummaries(trainer)
    let mistakes = try mistakeSummaries(trainer)
    for part in Part.allCases {
      let extra = part == .train ? weights : mistakes
      write(part, trainer) { epochs in
        epochs.flatMap { points.summaries(part, epoch: $0, hasStepsPerSecond: writeStepsPerSecond) } + extra
      }
    }
  }

  private func path(_ part: Part, _ trainer: Trainer) -> String {
    "\(trainer.configuration.logName(directory))/\(part)"
  }

  /// Writes the epochs that a directory lacks; a failure is a warning.
  ///
  /// - Parameter summaries: those of a range of epochs.
  private func write(_ part: Part, _ trainer: Trainer, _ summaries: (Range<Int>) -> [Summary]) {
    let path = path(part, trainer)
    let count = trainer.state.history.count
    state.withLock { state in
      // A directory without event files gets the epochs before too.
      var present =
        state.files[part] ?? PartFile(epochs: EventFile.exist(inDirectory: path) ? state.firstEpoch : 0)
      do {
        let summaries = summaries(present.epochs..<count)
        if !summaries.isEmpty {
          if present.file?.isInPlace != true {
            present.file = try EventFile(inDirectory: path, startingAt: present.epochs)
          }
          try present.file?.append(summaries)
        }
        present.epochs = count
      } catch {
        if !state.hasWarned { trainer.warning("\(error) Training continues.") }
        state.hasWarned = true
      }
      state.files[part] = present
    }
  }

  // MARK: - Weights and mistakes

  private func weightSummaries(_ trainer: Trainer) throws -> [Summary] {
    let step = trainer.state.history.count - 1
    guard histogramFrequency > 0, step % histogramFrequency == 0 else { return [] }
    let weights = trainer.weights
    let histograms = weights.compactMap { weight in
      Histogram(weight.values).map { Summary("\(weight.path)/histogram", step: step, .histogram($0)) }
    }
    guard writeImages, let kernel = weights.first(where: { Self.isKernel($0.shape) }),
      let picture = Picture(ofFilters: kernel)
    else { return histograms }
    return histograms + [picture.summary("\(kernel.path)/image", step: step)]
  }

  private func mistakeSummaries(_ trainer: Trainer) throws -> [Summary] {
    guard mistakes > 0, hasMistakes(trainer), let data = trainer.validation,
      trainer.configuration.validates(afterEpoch: trainer.state.epoch),
      let picture = try Picture(ofMistakes: mistakes, trainer.predict(data), data)
    else { return [] }
    return [picture.summary("mistakes", step: trainer.state.history.count - 1)]
  }
}
