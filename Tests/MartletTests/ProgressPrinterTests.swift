import Martlet
import Synchronization
import Testing

@testable import MartletCommand

@Suite("Progress")
struct ProgressPrinterTests {
  /// Two epochs of 12 steps each.
  private func printed(_ verbosity: ProgressPrinter.Verbosity) throws -> String {
    let data = try DigitsSource(trainCount: 600, testCount: 100).load()
    let configuration = TrainingConfiguration(
      model: Sequential([Flatten(), Dense(units: 10, activation: .softmax)]), epochs: 2, batchSize: 50)
    let text = Mutex("")
    let printer = ProgressPrinter(verbosity: verbosity) { part, _ in text.withLock { $0 += part } }
    try Trainer(configuration, inputShape: [28, 28, 1]).fit(data.train, validation: data.test, callbacks: [printer])
    return text.withLock { $0 }
  }

  @Test("has Keras' line per epoch")
  func lines() throws {
    let line =
      #/12/12 - \d+s - \d+(s|ms|us)/step - accuracy: 0\.\d{4} - loss: \d\.\d{4} - val_accuracy: 0\.\d{4} - val_loss: \d\.\d{4}/#
    let lines = try printed(.line).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0] == "Epoch 1/2" && lines[2] == "Epoch 2/2")
    #expect(lines[1].wholeMatch(of: line) != nil && lines[3].wholeMatch(of: line) != nil)
  }

  /// Decodes nothing: its inputs are zeros.
  private struct Zeros: InputDecoder {
    let element = Field.Element.uint8
    let count = 20
    func decode(_ sample: Int, into input: UnsafeMutableRawPointer) { input.storeBytes(of: 0, as: UInt8.self) }
  }

  @Test("says which share of an epoch waited for inputs, if they are decoded as they are needed")
  func waiting() throws {
    let data = try Dataset(
      name: "zeros", shape: [1], storage: .decoded(Zeros()), count: 20, targets: .labels((0..<20).map { $0 % 2 }),
      fingerprint: "none")
    var text = ""
    let printer = ProgressPrinter(verbosity: .line) { part, _ in text += part }
    let configuration = TrainingConfiguration(
      model: Sequential([Dense(units: 2, activation: .softmax)]), epochs: 1, batchSize: 10)
    try Trainer(configuration, inputShape: [1], workerCount: 1).fit(data, callbacks: [printer])
    #expect(text.contains(#/2/2 - \d+s - \d+(s|ms|us)/step - \d+% waiting for inputs - accuracy: /#), "\(text)")
  }

  @Test("has Keras' bar, redrawn in place until the epoch ends")
  func bar() throws {
    let lines = try printed(.bar).split(separator: "\n")
    #expect(lines.count == 4)
    let full = "\u{1b}[1m12/12\u{1b}[0m \u{1b}[32m━━━━━━━━━━━━━━━━━━━━\u{1b}[0m\u{1b}[37m\u{1b}[0m \u{1b}[1m"
    for line in [lines[1], lines[3]] {
      #expect(line.hasPrefix("\r"))
      let last = try #require(line.split(separator: "\r").last)
      #expect(last.hasPrefix(full))
      #expect(last.dropFirst(full.count).prefixMatch(of: #/\d+s\u{1b}\[0m /#) != nil)
      #expect(last.contains("/step - accuracy: ") && last.contains(" - val_loss: "))
    }
  }

  @Test("is empty when silent")
  func silence() throws {
    #expect(try printed(.silent).isEmpty)
  }

  @Test(
    "shows the remaining time like Keras",
    arguments: [
      (0.9, "0s"), (59.9, "59s"), (60, "60s"), (60.5, "1:00"), (125, "2:05"), (3600, "60:00"), (3723.9, "1:02:03"),
    ])
  func remaining(seconds: Double, text: String) {
    #expect(ProgressPrinter.remaining(seconds) == text)
  }

  /// A clock that advances with each step.
  private final class Clock: Callback {
    var now = ContinuousClock.now
    private let secondsPerStep: Double

    init(secondsPerStep: Double) { self.secondsPerStep = secondsPerStep }

    func nextPause(after step: Int) -> Int? { step + 1 }

    func stepsDidEnd(_ trainer: Trainer, _ plan: FitPlan, losses: [Float]) { now += .seconds(secondsPerStep) }
  }

  /// An epoch of 12 steps.
  private func printed(
    _ verbosity: ProgressPrinter.Verbosity, secondsPerStep: Double, terminal: Terminal
  ) throws -> [(text: String, kind: OutputQueue.Kind)] {
    let data = try DigitsSource(trainCount: 600, testCount: 100).load()
    let configuration = TrainingConfiguration(
      model: Sequential([Flatten(), Dense(units: 10, activation: .softmax)]), epochs: 1, batchSize: 50)
    let clock = Clock(secondsPerStep: secondsPerStep)
    var texts: [(text: String, kind: OutputQueue.Kind)] = []
    let printer = ProgressPrinter(
      verbosity: verbosity, terminal: terminal, write: { texts.append(($0, $1)) }, now: { clock.now })
    try Trainer(configuration, inputShape: [28, 28, 1]).fit(data.train, callbacks: [clock, printer])
    return texts
  }

  @Test("has intermediate lines within a long epoch, and none within a short one")
  func longEpoch() throws {
    let terminal = Terminal { 80 }
    func steps(_ secondsPerStep: Double) throws -> [String] {
      try printed(.line, secondsPerStep: secondsPerStep, terminal: terminal).map { text, kind in
        #expect(kind == .text && text.hasSuffix("\n") && text.contains("s/step - accuracy: 0."))
        return String(text.split(separator: "/")[0])
      }
    }
    // Every 30 seconds, and at the end.
    #expect(try steps(10) == ["3", "6", "9", "12"])
    #expect(try steps(2) == ["12"])
    #expect(try steps(4000) == (1...12).map { "\($0)" })
    #expect(try printed(.line, secondsPerStep: 10, terminal: terminal)[0].text.hasPrefix("3/12 - 30s - 10s/step - "))
  }

  @Test(
    "shortens the bar in a narrow window, and never fills the last column", arguments: [0, 1, 9, 30, 50, 70])
  func narrow(columns: Int) throws {
    for hasColors in [true, false] {
      let terminal = Terminal(hasColors: hasColors) { columns }
      let texts = try printed(.bar, secondsPerStep: 1, terminal: terminal)
      #expect(texts.count == 13)
      #expect(texts.dropLast().allSatisfy { $0.kind == .live } && texts.last?.kind == .liveEnd)
      for (text, _) in texts {
        #expect(text.contains("\u{1b}") == hasColors)
        let line = text.replacing(#/\u{1b}\[[0-9;]*[A-Za-z]/#, with: "")
        #expect(line.unicodeScalars.count { $0 != "\r" && $0 != "\n" } <= max(columns - 1, 0))
        if columns >= 50 { #expect(line.contains("s/step - accuracy: ")) }
      }
    }
  }
}
