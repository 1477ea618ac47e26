import Configuration
import DurableFiles
import Synchronization

/// Writes a line for each epoch to a CSV file: its number, and all that the history has of it.
///
/// A run that goes on writes the epochs that are done anew, from its history: no line is missing, and none is there
/// twice. A file that cannot be written is no reason to stop: the next epoch tries again, with all lines.
public final class CSVLogger: ConfiguredCallback {
  public static let name = "csv_log"
  public static let optionKeys = ["filename"]
  public static let decidesWeights = false

  public let filename: String
  /// Whether the file has all epochs of the run.
  private let isComplete = Atomic(false)
  private let hasWarned = Atomic(false)

  public init(filename: String) { self.filename = filename }

  public init(options: ConfigurationReader, metrics: [String]) throws { filename = try options.filePath("filename") }

  public var options: [ConfigurationEntry] { [ConfigurationEntry("filename", ConfigurationNode(.string(filename)))] }

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    isComplete.store(false, ordering: .relaxed)
    write(trainer)
  }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) { write(trainer) }

  private func write(_ trainer: Trainer) {
    let history = trainer.state.history
    do {
      // One that was removed or moved away has all lines again.
      if isComplete.load(ordering: .relaxed), history.count > 1, WholeFile.exists(filename) {
        try AppendedFile(filename).append(Self.line(history, history.count - 1))
      } else {
        try WholeFile.write(Array(Self.text(history).utf8), to: filename)
      }
      isComplete.store(true, ordering: .relaxed)
    } catch {
      isComplete.store(false, ordering: .relaxed)
      if !hasWarned.exchange(true, ordering: .relaxed) { trainer.warning("\(error) The training goes on.") }
    }
  }

  private static func text(_ history: History) -> String {
    guard history.count > 0 else { return "" }
    let heading = (["epoch"] + history.columns.keys.sorted()).joined(separator: ",") + "\n"
    return heading + (0..<history.count).map { line(history, $0) }.joined()
  }

  /// The digits read back to the same bits.
  private static func line(_ history: History, _ epoch: Int) -> String {
    let values = history.columns.keys.sorted().map { "\(history[$0][epoch])" }
    return (["\(epoch + 1)"] + values).joined(separator: ",") + "\n"
  }
}
