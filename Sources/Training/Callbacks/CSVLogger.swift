import Configuration
import DurableFiles
import Synchronization

/// Writes a line for each epoch to a CSV file: its number, and all that the history has of it.
///
/// A run that is resumed writes the epochs that are done anew, from its history: no line is missing, and none is there
/// twice. A file that cannot be written is no reason to stop: the next epoch tries again, with all lines. A file with the
/// epochs of another run is left as it is, with a warning, unless `Trainer.replacesLogs`: then the first epoch takes its
/// place. A file with something else than epochs always is.
public final class CSVLogger: ConfiguredCallback {
  public static let name = "csv_log"
  public static let optionKeys = ["filename"]
  public static let decidesWeights = false
  /// What the first line of the file begins with.
  package static let heading = "epoch"

  /// The file; `{seed}` stands for the run's seed.
  public let filename: String
  private let state = Mutex(State())

  private struct State {
    /// The file as this run left it; nil if it has to be looked into first.
    var file: AppendedFile?
    var size: Int?
    /// The epochs that it has.
    var epochs = 0
    var hasWarned = false
  }

  public init(filename: String) { self.filename = filename }

  public init(options: ConfigurationReader, metrics: [String]) throws { filename = try options.filePath("filename") }

  public var options: [ConfigurationEntry] { [ConfigurationEntry("filename", ConfigurationNode(.string(filename)))] }

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    state.withLock { ($0.file, $0.epochs) = (nil, 0) }
    write(trainer)
  }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) { write(trainer) }

  public func trainingDidEnd(_ trainer: Trainer, _ plan: FitPlan) {
    // What a pipe does not take now is not waited for: a checkpoint comes next.
    state.withLock { state in
      do { try state.file?.finish(patience: .zero) } catch {
        warn("\(error) Its last lines are lost.", &state, trainer)
      }
    }
  }

  private func write(_ trainer: Trainer) {
    let history = trainer.state.history
    let path = trainer.configuration.logName(filename)
    state.withLock { state in
      do {
        try Self.write(history, to: path, &state, of: trainer)
      } catch {
        // The lines that a pipe has are not sent again; a file is looked into.
        if !WholeFile.isStream(path) { state.file = nil }
        let end = error is ForeignHistory ? "" : " The training goes on."
        warn("\(error)\(end)", &state, trainer)
      }
    }
  }

  private func warn(_ text: String, _ state: inout State, _ trainer: Trainer) {
    if !state.hasWarned { trainer.warning(text) }
    state.hasWarned = true
  }

  private static func write(
    _ history: History, to path: String, _ state: inout State, of trainer: Trainer
  ) throws {
    // One that was removed, moved away or changed by others is looked into.
    if let file = state.file, file.isInPlace, file.size == state.size {
      try file.append(text(history, from: state.epochs))
    } else if WholeFile.isStream(path) {
      (state.file, state.epochs) = (try AppendedFile(path), 0)
      try state.file?.append(text(history, from: 0))
    } else {
      if WholeFile.exists(path) {
        let lines = LoggedEpochs(of: try WholeFile.read(path))
        if let reason = lines.difference(from: history), !trainer.replacesLogs || !lines.areEpochs {
          throw ForeignHistory(path: path, reason: reason)
        }
        // Whose lines these are the first epoch will tell, and nothing is better than they are before.
        if history.count == 0, !lines.isEmpty { return }
        if trainer.replacesLogs, !lines.isEmpty { try trainer.setAside?.add(path) }
      }
      try WholeFile.write(Array(text(history, from: 0).utf8), to: path)
      state.file = try AppendedFile(path)
    }
    state.size = state.file?.size
    state.epochs = history.count
  }

  /// The lines of the epochs from one on, below the heading if that is the first.
  private static func text(_ history: History, from first: Int) -> String {
    guard history.count > first else { return "" }
    let names = history.columns.keys.sorted()
    let heading = ([heading] + names).joined(separator: ",") + "\n"
    // The digits read back to the same bits.
    let lines = (first..<history.count).map { epoch in
      (["\(epoch + 1)"] + names.map { history.shortestValue($0, epoch).digits }).joined(separator: ",") + "\n"
    }
    return (first == 0 ? heading : "") + lines.joined()
  }
}

/// A CSV file with the epochs of another run, or with something else.
private struct ForeignHistory: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String {
    "\(path): it is not the log of this run (\(reason)), and is left as it is: this run writes no epochs there. "
      + "Name another file (callbacks.csv_log.filename, in which {seed} stands for the seed), or remove that one."
  }
}
