/// How far a run has come.
public struct RunState: Sendable, Equatable {
  /// Epochs that are complete, with their validation.
  public var epoch: Int
  /// Steps made in all: the optimizer's iteration.
  public var step: Int
  /// Those of them that were made elsewhere, before this run began with an imported model.
  public var stepsBefore: Int
  /// Steps made in the epoch under way.
  public var stepInEpoch: Int
  public var learningRate: Float
  /// Loss and metrics over the samples of the epoch under way.
  package var sums: RunningSums
  /// Seconds spent on the epoch under way.
  public var epochSeconds: Double
  public var history: History
  /// What callbacks know of the run, by their names.
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

/// What each epoch ended with: a column of values for each metric.
public struct History: Sendable, Equatable {
  /// `loss`, `accuracy`, `val_loss`, `val_accuracy`, `learning_rate`, `seconds`: a value for each complete epoch.
  public private(set) var columns: [String: [Double]]

  public init(columns: [String: [Double]] = [:]) { self.columns = columns }

  /// The epochs it holds.
  public var count: Int { columns.values.map(\.count).max() ?? 0 }

  /// The values of one metric, by epoch; empty if there is no such metric.
  public subscript(name: String) -> [Double] { columns[name] ?? [] }

  /// A value for text, such that its shortest digits read back to what the training used: 0.001 for a learning rate,
  /// which is a 32-bit number, not 0.0010000000474974513.
  public func shortestValue(_ name: String, _ epoch: Int) -> Double {
    let value = self[name][epoch]
    return name == "learning_rate" ? Double("\(Float(value))") ?? value : value
  }

  /// Adds an epoch. A metric that earlier epochs did not have is NaN for them, and one that this epoch lacks is NaN for
  /// it.
  mutating func append(_ values: [String: Double]) {
    let epochs = count
    for name in Set(columns.keys).union(values.keys) {
      columns[name, default: [Double](repeating: .nan, count: epochs)].append(values[name] ?? .nan)
    }
  }
}
