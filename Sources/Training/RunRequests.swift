import Synchronization

/// What is asked of a training from outside, by a signal or from another thread: looked at between two steps.
///
/// Asking sets a flag and does nothing else, so that a signal handler may do it.
public final class RunRequests: Sendable {
  private let ending = Atomic<Int32>(0)
  private let checkpoint = Atomic(false)

  public init() {}

  /// Asks for the end of the training after the step in flight.
  ///
  /// - Parameter signal: the number of the signal that asks; any positive number if none does.
  public func askForEnd(signal: Int32) { ending.store(signal, ordering: .relaxed) }

  /// Asks for a checkpoint after the step in flight.
  public func askForCheckpoint() { checkpoint.store(true, ordering: .relaxed) }

  /// The signal that asked for the end.
  var endingSignal: Int32? {
    let signal = ending.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Whether the training has to look after something before the next step.
  var isPending: Bool { endingSignal != nil || checkpoint.load(ordering: .relaxed) }

  /// Whether somebody asked for a checkpoint since the last call.
  public func takeCheckpointRequest() -> Bool { checkpoint.exchange(false, ordering: .relaxed) }
}

/// Why a training stopped before its last epoch.
public enum StopReason: Sendable, Equatable {
  /// A signal asked for it.
  case signal(Int32)
  case timeLimit
  /// The metric that `EarlyStopping` watches did not become better; the run is done.
  case noImprovement(metric: String)
}
