import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: Sendable {
  private let instant: Mutex<ContinuousClock.Instant>
  private let tick: Duration

  /// - Parameter tick: by how much each reading moves it.
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
