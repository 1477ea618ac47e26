/// Durations of the same work, measured repeatedly.
package struct Timing: Sendable, Equatable {
  /// In seconds, ascending; at least one.
  package let seconds: [Double]

  package init(seconds: [Double]) {
    precondition(!seconds.isEmpty, "a timing needs at least one measurement")
    self.seconds = seconds.sorted()
  }

  package var median: Double { (seconds[(seconds.count - 1) / 2] + seconds[seconds.count / 2]) / 2 }
  package var least: Double { seconds[0] }
  package var most: Double { seconds[seconds.count - 1] }

  /// Measures `body` `runs` times, each with enough repetitions to last `duration` or longer.
  ///
  /// - Parameter now: returns the time.
  package init(
    runs: Int, duration: Double = 0.002, now: () -> ContinuousClock.Instant = { .now }, _ body: () -> Void
  ) {
    func time(_ repetitions: Int) -> Double {
      let started = now()
      for _ in 0..<repetitions { body() }
      return (now() - started) / .seconds(1)
    }
    var repetitions = 1
    while time(repetitions) < duration { repetitions *= 2 }
    self.init(seconds: (0..<runs).map { _ in time(repetitions) / Double(repetitions) })
  }

  /// The timing of a part or a multiple of the work.
  package func scaled(by factor: Double) -> Timing { Timing(seconds: seconds.map { $0 * factor }) }
}
