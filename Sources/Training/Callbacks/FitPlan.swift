/// The epochs and steps of a call of `fit`.
public struct FitPlan: Sendable, Equatable {
  /// The total epochs of the run.
  public let epochs: Int
  /// The steps per epoch.
  public let stepsPerEpoch: Int
  /// The run stops once it has made this many steps in total.
  public let maxSteps: Int?
}
