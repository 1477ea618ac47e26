/// The progress of a run.
public struct RunState: Sendable, Equatable {
  /// The number of complete epochs, with validation.
  public var epoch: Int
  /// The total number of steps: the optimizer's iteration.
  public var step: Int
  /// The steps among them that were made elsewhere, before this run started from an imported model.
  public var stepsBefore: Int
  /// The steps made in the current epoch.
  public var stepInEpoch: Int
  /// The learning rate of the next step.
  public var learningRate: Float
  /// Loss and metrics over the samples of the current epoch.
  package var sums: RunningSums
  /// Seconds spent on the current epoch.
  public var epochSeconds: Double
  /// The metrics of the complete epochs.
  public var history: History
  /// The states of callbacks by name.
  public var callbacks: [String: CallbackState]

  package init(
    epoch: Int, step: Int, stepInEpoch: Int, learningRate: Float, sums: RunningSums, epochSeconds: Double,
    history: History, callbacks: [String: CallbackState] = [:], stepsBefore: Int = 0
  ) {
    self.epoch = epoch
    self.step = step
    self.stepsBefore = stepsBefore
    self.stepInEpoch = stepInEpoch
    self.learningRate = learningRate
    self.sums = sums
    self.epochSeconds = epochSeconds
    self.history = history
    self.callbacks = callbacks
  }
}

/// The metrics of each complete epoch: a column of values per metric.
public struct History: Sendable, Equatable {
  /// `loss`, `accuracy`, `val_loss`, `val_accuracy`, `learning_rate`, `seconds`: a value per complete epoch.
  public private(set) var columns: [String: [Double]]

  /// Creates a history from columns of equal length.
  public init(columns: [String: [Double]] = [:]) { self.columns = columns }

  /// The number of epochs.
  public var count: Int { columns.values.map(\.count).max() ?? 0 }

  /// The values of one metric by epoch; empty for an unknown name.
  public subscript(name: String) -> [Double] { columns[name] ?? [] }

  /// The value to print: its shortest digits read back to the number that training used. A learning rate is a 32-bit
  /// number: 0.001, not 0.0010000000474974513.
  public func shortestValue(_ name: String, _ epoch: Int) -> Double {
    let value = self[name][epoch]
    return name == "learning_rate" ? Double("\(Float(value))") ?? value : value
  }

  /// Appends an epoch. Metrics that earlier epochs lack are NaN there, and metrics that this epoch lacks are NaN here.
  mutating func append(_ values: [String: Double]) {
    let epochs = count
    for name in Set(columns.keys).union(values.keys) {
      columns[name, default: [Double](repeating: .nan, count: epochs)].append(values[name] ?? .nan)
    }
  }
}
