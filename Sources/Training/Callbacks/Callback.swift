/// Hooks called during training, for example to print, log or save.
///
/// All are called on the thread that called `fit`, while no worker runs. An error ends training.
public protocol Callback: AnyObject {
  /// Called before the first step, also of a resumed run.
  func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws
  /// Called before the first step of an epoch, or the next step of an interrupted epoch.
  func epochWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws
  /// The step after which the callback must be called at the latest; nil for no limit.
  func nextPause(after step: Int) -> Int?
  /// Called after one or more steps of an epoch; `trainer.state` already counts them.
  ///
  /// - Parameter losses: the mean loss of each step's batch.
  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws
  /// Called after validation; `trainer.state.history` already includes the epoch.
  func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws
  /// Called after the last step, whether all epochs are complete or the run was stopped earlier.
  func trainingDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws
}

extension Callback {
  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws {}
  public func epochWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws {}
  public func nextPause(after step: Int) -> Int? { nil }
  public func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws {}
  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {}
  public func trainingDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {}
}
