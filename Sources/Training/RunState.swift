/// The progress of a run.
public struct RunState: Sendable, Equatable {
  /// The number of complete epochs, with validation.
  public var epoch: Int
  /// The total number of steps: the optimizer's iteration.
  public var step: Int
  /// The steps among them that were made elsewhere, before this run started from an imported model.
  public var importedSteps: Int
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
    history: History, callbacks: [String: CallbackState] = [:], importedSteps: Int = 0
  ) {
    self.epoch = epoch
    self.step = step
    self.importedSteps = importedSteps
    self.stepInEpoch = stepInEpoch
    self.learningRate = learningRate
    self.sums = sums
    self.epochSeconds = epochSeconds
    self.history = history
    self.callbacks = callbacks
  }
}
