/// What somebody wants to do at certain moments of a training: print, log, save.
///
/// All calls come from the thread that called `fit`, while no worker runs. An error ends the training.
public protocol Callback: AnyObject {
  /// Before the first step, and before that of a resumed run.
  func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws
  /// Before the first step of an epoch, or the next one of an epoch that was cut.
  func epochWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws
  /// The step after which the callback has to be called at the latest; nil if any will do.
  func nextPause(after step: Int) -> Int?
  /// After some steps of one epoch; `trainer.state` counts them already.
  ///
  /// - Parameter losses: the mean loss of the batch of each step.
  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) throws
  /// After validation; `trainer.state.history` has the epoch already.
  func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws
  /// After the last step, whether all epochs are done or the run was stopped before.
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

/// The size of what `fit` is asked to do.
public struct FitPlan: Sendable, Equatable {
  /// The epochs of the whole run.
  public let epochs: Int
  /// The steps of one epoch.
  public let stepsPerEpoch: Int
  /// The run stops once it has made this many steps in all.
  public let maxSteps: Int?
}
