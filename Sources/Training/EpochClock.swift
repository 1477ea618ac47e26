import Datasets
import NeuralNetwork

/// Seconds of an epoch, across interruptions.
struct EpochClock {
  private let secondsBefore: Double
  private let started = ContinuousClock.now

  init(secondsBefore: Double) { self.secondsBefore = secondsBefore }

  var seconds: Double { secondsBefore + (ContinuousClock.now - started) / .seconds(1) }
}
