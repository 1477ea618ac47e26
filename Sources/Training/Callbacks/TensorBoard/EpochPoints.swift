import EventFiles
import NeuralNetwork

/// The points of a run's history, for TensorBoard.
struct EpochPoints {
  private let history: History
  private let configuration: TrainingConfiguration
  private let stepsPerEpoch: Int

  init(_ history: History, _ configuration: TrainingConfiguration, stepsPerEpoch: Int) {
    self.history = history
    self.configuration = configuration
    self.stepsPerEpoch = stepsPerEpoch
  }

  /// The points of an epoch, from 0.
  func summaries(_ part: TensorBoard.Part, epoch: Int, hasStepsPerSecond: Bool) -> [Summary] {
    let prefix = "val_"
    guard part == .train || configuration.validates(afterEpoch: epoch + 1) else { return [] }
    let names = history.names.filter { $0.hasPrefix(prefix) == (part == .validation) && $0 != "seconds" }
    let metrics = names.flatMap { name in
      let metric = part == .validation ? String(name.dropFirst(prefix.count)) : name
      return summaries(of: metric, history.value(name, epoch), epoch)
    }
    guard part == .train, hasStepsPerSecond else { return metrics }
    let rate = Double(stepsPerEpoch) / history["seconds"][epoch]
    return metrics + [Summary("epoch_steps_per_second", step: epoch, .number(Float(rate)))]
  }

  private func summaries(of metric: String, _ value: MetricValue, _ epoch: Int) -> [Summary] {
    let tag = "epoch_\(metric)"
    if let number = value.number { return [Summary(tag, step: epoch, .number(Float(number)))] }
    if metric == ConfusionMatrix.name {
      return Picture(ofConfusion: value).map { [$0.summary(tag, step: epoch)] } ?? []
    }
    // Of other metrics, a value for each class is a series, and larger arrays are left to the history.
    guard value.shape.count == 1 else { return [] }
    let names = configuration.classNames.flatMap { $0.count == value.shape[0] ? $0 : nil }
    return value.elements.enumerated().map { index, element in
      Summary("\(tag)/\(names?[index] ?? "\(index)")", step: epoch, .number(Float(element)))
    }
  }
}
