import Synchronization

/// A clock that only a test advances.
public final class ManualClock: Sendable {
  private let instant: Mutex<ContinuousClock.Instant>
  private let tick: Duration

  /// - Parameter tick: how much each reading advances it.
  public init(tick: Duration = .zero) {
    instant = Mutex(.now)
    self.tick = tick
  }

  public func advance(by duration: Duration) { instant.withLock { $0 += duration } }

  public func now() -> ContinuousClock.Instant {
    instant.withLock { instant in
      defer { instant += tick }
      return instant
    }
  }
}
