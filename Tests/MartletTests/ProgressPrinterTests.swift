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
    let printer = ProgressPrinter(verbosity: verbosity) { part in text.withLock { $0 += part } }
    try Trainer(configuration, inputShape: [28, 28, 1]).fit(data.train, validation: data.test, callbacks: [printer])
    return text.withLock { $0 }
  }

  @Test("is Keras' line for each epoch")
  func lines() throws {
    let line =
      #/12/12 - \d+s - \d+(s|ms|us)/step - accuracy: 0\.\d{4} - loss: \d\.\d{4} - val_accuracy: 0\.\d{4} - val_loss: \d\.\d{4}/#
    let lines = try printed(.line).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0] == "Epoch 1/2" && lines[2] == "Epoch 2/2")
    #expect(lines[1].wholeMatch(of: line) != nil && lines[3].wholeMatch(of: line) != nil)
  }

  @Test("is Keras' bar, drawn again in its place until the epoch ends")
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

  @Test("is nothing when it shall be silent")
  func silence() throws {
    #expect(try printed(.silent).isEmpty)
  }

  @Test(
    "tells the time that remains as Keras does",
    arguments: [
      (0.9, "0s"), (59.9, "59s"), (60, "60s"), (60.5, "1:00"), (125, "2:05"), (3600, "60:00"), (3723.9, "1:02:03"),
    ])
  func remaining(seconds: Double, text: String) {
    #expect(ProgressPrinter.remaining(seconds) == text)
  }
}
