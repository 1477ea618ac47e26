import Foundation
import Martlet

/// A callback that prints progress in the format of Keras' `fit`.
final class ProgressPrinter: Callback {
  /// The amount of output: Keras' `verbose`.
  enum Verbosity: Int {
    case silent = 0
    /// A progress bar, redrawn in place.
    case bar = 1
    /// One line per epoch.
    case line = 2
  }

  /// Minimum time between redraws of the bar, in seconds.
  private static let redrawInterval = 0.05
  /// Without a bar: the time between lines within an epoch, in seconds.
  private static let lineInterval = 30.0
  private static let barWidth = (least: 4, most: 20)

  private let verbosity: Verbosity
  private let terminal: Terminal
  private let now: () -> ContinuousClock.Instant
  private let write: (String, OutputQueue.Kind) -> Void
  private var firstStepInEpoch = 0
  private var epochStarted: ContinuousClock.Instant
  /// When the first group of steps ended, and their number.
  private var firstSteps: (ended: ContinuousClock.Instant, count: Int)?
  private var printed: ContinuousClock.Instant?

  /// - Parameters:
  ///   - terminal: where the bar is drawn.
  ///   - now: the clock.
  init(
    verbosity: Verbosity, terminal: Terminal = Terminal { .max },
    write: @escaping (String, OutputQueue.Kind) -> Void = Console.output.write,
    now: @escaping () -> ContinuousClock.Instant = { .now }
  ) {
    self.verbosity = verbosity
    self.terminal = terminal
    self.now = now
    self.write = write
    epochStarted = now()
  }

  func epochWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    firstStepInEpoch = trainer.state.stepInEpoch
    epochStarted = now()
    firstSteps = nil
    printed = verbosity == .bar ? nil : epochStarted
    if verbosity != .silent, plan.epochs > 1 { write("Epoch \(trainer.state.epoch + 1)/\(plan.epochs)\n", .text) }
  }

  func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) {
    if firstSteps == nil { firstSteps = (now(), losses.count) }
    // The last steps of an epoch are printed at its end.
    guard verbosity != .silent, verbosity == .bar || trainer.state.stepInEpoch < plan.stepsPerEpoch else { return }
    let interval = verbosity == .bar ? Self.redrawInterval : Self.lineInterval
    guard printed.map({ seconds(since: $0) >= interval }) ?? true else { return }
    printed = now()
    let results = trainer.runningResults.compactMap { name, value in value.number.map { (name: name, value: $0) } }
    show(step: trainer.state.stepInEpoch, plan: plan, values: results.sorted { $0.name < $1.name }, isEnd: false)
  }

  func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) {
    let names = trainer.configuration.sumNames.sorted()
    let history = trainer.state.history
    let isValidated = trainer.configuration.validates(afterEpoch: trainer.state.epoch)
    let values = (names + (isValidated ? names.map { "val_\($0)" } : [])).compactMap { name in
      history[name].last.map { (name: name, value: $0) }
    }
    show(
      step: plan.stepsPerEpoch, plan: plan, values: values, isEnd: true,
      remarks: trainer.secondsWaitedForInputs.map { [waiting($0)] } ?? [])
  }

  /// `12% waiting for inputs`: the share of the epoch that steps waited for decoding.
  private func waiting(_ waited: Double) -> String {
    String(format: "%.0f%% waiting for inputs", 100 * min(waited / max(seconds(since: epochStarted), 1e-9), 1))
  }

  private func show(
    step: Int, plan: FitPlan, values: [(name: String, value: Double)], isEnd: Bool, remarks: [String] = []
  ) {
    switch verbosity {
    case .silent: break
    case .bar:
      let line = terminal.redrawn(bar(step: step, plan: plan, values: values, remarks: remarks))
      write(isEnd ? line + "\n" : line, isEnd ? .liveEnd : .live)
    case .line: write(line(step: step, plan: plan, values: values, remarks: remarks) + "\n", .text)
    }
  }

  // MARK: - Lines

  private func line(step: Int, plan: FitPlan, values: [(name: String, value: Double)], remarks: [String]) -> String {
    let parts = ["\(step)/\(plan.stepsPerEpoch)", elapsed, NumberFormat.perStep(secondsPerStep(step: step))]
    return (parts + remarks + Self.metrics(values)).joined(separator: " - ")
  }

  /// In a narrow window the bar is shortened to make room for the numbers.
  private func bar(
    step: Int, plan: FitPlan, values: [(name: String, value: Double)], remarks: [String]
  ) -> [Terminal.Piece] {
    let total = String(plan.stepsPerEpoch)
    let count = String(step)
    let padding = String(repeating: " ", count: max(total.count - count.count, 0))
    let perStep = secondsPerStep(step: step)
    let time = step == plan.stepsPerEpoch ? elapsed : Self.remaining(perStep * Double(plan.stepsPerEpoch - step))
    let start = "\(padding)\(count)/\(total)"
    let numbers = ([NumberFormat.perStep(perStep)] + remarks + Self.metrics(values)).joined(separator: " - ")
    let room = terminal.lineWidth - [start, time, numbers].reduce(3) { $0 + $1.count }
    let width = max(min(room, Self.barWidth.most), Self.barWidth.least)
    let done = width * step / plan.stepsPerEpoch
    let rest = terminal.hasColors ? "━" : "─"
    return [
      Terminal.Piece(start, .bold), Terminal.Piece(" "), Terminal.Piece(String(repeating: "━", count: done), .green),
      Terminal.Piece(String(repeating: rest, count: width - done), .white), Terminal.Piece(" "),
      Terminal.Piece(time, .bold), Terminal.Piece(" " + numbers),
    ]
  }

  private static func metrics(_ values: [(name: String, value: Double)]) -> [String] {
    values.map { "\($0.name): \(NumberFormat.metric($0.value))" }
  }

  /// The first steps are excluded as warm-up.
  private func secondsPerStep(step: Int) -> Double {
    let steps = step - firstStepInEpoch
    guard let firstSteps, steps > firstSteps.count else {
      return seconds(since: epochStarted) / Double(max(steps, 1))
    }
    return seconds(since: firstSteps.ended) / Double(steps - firstSteps.count)
  }

  /// `75s`: the time spent on the epoch by this process.
  private var elapsed: String { String(format: "%.0fs", seconds(since: epochStarted)) }

  /// `7s`, `1:05`, `1:02:03`, rounded down.
  static func remaining(_ seconds: Double) -> String {
    let whole = Int(seconds)
    if seconds > 3600 { return String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60) }
    return seconds > 60 ? String(format: "%d:%02d", whole / 60, whole % 60) : "\(whole)s"
  }

  private func seconds(since start: ContinuousClock.Instant) -> Double { (now() - start) / .seconds(1) }
}
