import Foundation
import Martlet

/// Prints the progress of a training as Keras' `fit` does.
final class ProgressPrinter: Callback {
  /// How much is printed: Keras' `verbose`.
  enum Verbosity: Int {
    case silent = 0
    /// A bar that is drawn again and again.
    case bar = 1
    /// A line for each epoch.
    case line = 2
  }

  /// The bar is drawn again after this many seconds at the earliest.
  private static let redrawInterval = 0.05
  private static let barWidth = 20

  private let verbosity: Verbosity
  private let write: (String) -> Void
  private var firstStepInEpoch = 0
  private var epochStarted = ContinuousClock.now
  /// When the first steps ended, and how many they were.
  private var firstSteps: (ended: ContinuousClock.Instant, count: Int)?
  private var drawn: ContinuousClock.Instant?

  init(verbosity: Verbosity, write: @escaping (String) -> Void = Console.output.write) {
    self.verbosity = verbosity
    self.write = write
  }

  func epochWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    firstStepInEpoch = trainer.state.stepInEpoch
    epochStarted = .now
    firstSteps = nil
    drawn = nil
    if verbosity != .silent, plan.epochs > 1 { write("Epoch \(trainer.state.epoch + 1)/\(plan.epochs)\n") }
  }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) {
    if firstSteps == nil { firstSteps = (.now, losses.count) }
    guard verbosity == .bar, drawn.map({ Self.seconds(since: $0) >= Self.redrawInterval }) ?? true else { return }
    drawn = .now
    let means = zip(trainer.configuration.sumNames, trainer.state.sums.means).map { (name: $0, value: $1) }
    write(barLine(step: trainer.state.stepInEpoch, plan: plan, values: means.sorted { $0.name < $1.name }))
  }

  func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) {
    let names = trainer.configuration.sumNames.sorted()
    let history = trainer.state.history
    let values = (names + names.map { "val_\($0)" }).compactMap { name in
      history[name].last.map { (name: name, value: $0) }
    }
    switch verbosity {
    case .silent: break
    case .bar: write(barLine(step: plan.stepsPerEpoch, plan: plan, values: values) + "\n")
    case .line: write(epochLine(plan: plan, values: values) + "\n")
    }
  }

  // MARK: - Lines

  private func epochLine(plan: FitPlan, values: [(name: String, value: Double)]) -> String {
    let parts = [
      "\(plan.stepsPerEpoch)/\(plan.stepsPerEpoch)", elapsed,
      NumberFormat.perStep(secondsPerStep(step: plan.stepsPerEpoch)),
    ]
    return (parts + Self.metrics(values)).joined(separator: " - ")
  }

  private func barLine(step: Int, plan: FitPlan, values: [(name: String, value: Double)]) -> String {
    let total = String(plan.stepsPerEpoch)
    let count = String(step)
    let padding = String(repeating: " ", count: max(total.count - count.count, 0))
    let done = Self.barWidth * step / plan.stepsPerEpoch
    let bar =
      (done > 0 ? "\u{1b}[32m\(String(repeating: "━", count: done))\u{1b}[0m" : "")
      + "\u{1b}[37m\(String(repeating: "━", count: Self.barWidth - done))\u{1b}[0m"
    let perStep = secondsPerStep(step: step)
    let time =
      step == plan.stepsPerEpoch ? elapsed : Self.remaining(perStep * Double(plan.stepsPerEpoch - step))
    let start = "\r\u{1b}[1m\(padding)\(count)/\(total)\u{1b}[0m \(bar) \u{1b}[1m\(time)\u{1b}[0m "
    return start + ([NumberFormat.perStep(perStep)] + Self.metrics(values)).joined(separator: " - ") + "\u{1b}[K"
  }

  private static func metrics(_ values: [(name: String, value: Double)]) -> [String] {
    values.map { "\($0.name): \(NumberFormat.metric($0.value))" }
  }

  /// The first steps, which warm everything up, do not count.
  private func secondsPerStep(step: Int) -> Double {
    let steps = step - firstStepInEpoch
    guard let firstSteps, steps > firstSteps.count else {
      return Self.seconds(since: epochStarted) / Double(max(steps, 1))
    }
    return Self.seconds(since: firstSteps.ended) / Double(steps - firstSteps.count)
  }

  /// `75s`: of the epoch, as far as this process has seen it.
  private var elapsed: String { String(format: "%.0fs", Self.seconds(since: epochStarted)) }

  /// `7s`, `1:05`, `1:02:03`, rounded down.
  static func remaining(_ seconds: Double) -> String {
    let whole = Int(seconds)
    if seconds > 3600 { return String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60) }
    return seconds > 60 ? String(format: "%d:%02d", whole / 60, whole % 60) : "\(whole)s"
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }
}
