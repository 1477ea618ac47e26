import Synchronization

/// Stop and checkpoint requests from signal handlers or other threads, polled between steps.
///
/// A request only sets a flag, so that a signal handler may make it.
public final class RunRequests: Sendable {
  private let ending = Atomic<Int32>(0)
  private let checkpoint = Atomic(false)

  /// Creates an object without requests.
  public init() {}

  /// Requests a stop after the step in flight.
  ///
  /// - Parameter signal: the number of the signal that caused it; any positive number if none did.
  public func requestStop(signal: Int32) { ending.store(signal, ordering: .relaxed) }

  /// Requests a checkpoint after the step in flight.
  public func requestCheckpoint() { checkpoint.store(true, ordering: .relaxed) }

  /// The signal that requested the stop.
  var endingSignal: Int32? {
    let signal = ending.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Whether a request must be handled before the next step.
  var isPending: Bool { endingSignal != nil || checkpoint.load(ordering: .relaxed) }

  /// Returns whether a checkpoint was requested, and clears the request.
  public func consumeCheckpointRequest() -> Bool { checkpoint.exchange(false, ordering: .relaxed) }
}
