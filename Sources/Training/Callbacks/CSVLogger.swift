import Configuration
import DurableFiles
import NeuralNetwork
import Synchronization

/// Writes a row per epoch to a CSV file: the epoch's number and all its history columns.
///
/// A metric that is an array is one field in quotes, `"[0.5, 0.25]"`, as in Keras.
///
/// A resumed run rewrites the rows of completed epochs from its history, so that no row is missing or duplicated. A
/// file that cannot be written does not stop the run: the next epoch retries with all rows. The log of another run is
/// kept, with a warning, unless `Trainer.replacesLogs` is true: then the first epoch replaces it. A file that is not an
/// epoch log is always kept.
public final class CSVLogger: ConfiguredCallback {
  public static let name = "csv_log"
  public static let optionKeys = ["filename"]
  public static let decidesWeights = false
  /// The first column of the header.
  package static let heading = "epoch"

  /// The path of the file; `{seed}` is replaced with the run's seed.
  public let filename: String
  private let state = Mutex(State())

  private struct State {
    /// The file as this run left it; nil if it must be read first.
    var file: AppendOnlyFile?
    var size: Int?
    /// The number of epochs in the file.
    var epochs = 0
    /// The columns of the file: an epoch without validation has fewer.
    var names: [String] = []
    var hasWarned = false
  }

  /// Creates a logger that writes to a file.
  public init(filename: String) { self.filename = filename }

  public init(options: ConfigurationReader, metrics: [String]) throws { filename = try options.filePath("filename") }

  public var options: [ConfigurationEntry] { [ConfigurationEntry("filename", ConfigurationNode(.string(filename)))] }

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    state.withLock { ($0.file, $0.epochs) = (nil, 0) }
    write(trainer)
  }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) { write(trainer) }

  public func trainingDidEnd(_ trainer: Trainer, _ plan: FitPlan) {
    // Do not wait for a pipe that is full: a checkpoint comes next.
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
        // Rows already sent to a pipe are not sent again; a file is read.
        if !AtomicFile.isStream(path) { state.file = nil }
        let end = error is ForeignHistory ? "" : " Training continues."
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
    // A file that was removed, moved or changed by others is read again, and one that lacks columns is written again.
    let isOwn = state.file.map { $0.isInPlace && $0.size == state.size } ?? false
    let hasColumns = state.epochs == 0 || state.names == history.names
    if let file = state.file, isOwn, hasColumns {
      try file.append(text(history, from: state.epochs))
    } else if AtomicFile.isStream(path) {
      if !isOwn { (state.file, state.epochs) = (try AppendOnlyFile(path), 0) }
      try state.file?.append(text(history, from: 0))
    } else {
      if AtomicFile.exists(path) {
        let lines = LoggedEpochs(of: try AtomicFile.read(path))
        if let reason = lines.difference(from: history), !trainer.replacesLogs || !lines.areEpochs {
          throw ForeignHistory(path: path, reason: reason)
        }
        // The first epoch will show whose rows these are; keep the file until then.
        if history.count == 0, !lines.isEmpty { return }
        if trainer.replacesLogs, !lines.isEmpty, !isOwn { try trainer.setAside?.add(path) }
      }
      try AtomicFile.write(Array(text(history, from: 0).utf8), to: path)
      state.file = try AppendOnlyFile(path)
    }
    state.size = state.file?.size
    (state.epochs, state.names) = (history.count, history.names)
  }

  /// The rows from epoch `first` on, with the header if that is the first.
  private static func text(_ history: History, from first: Int) -> String {
    guard history.count > first else { return "" }
    let names = history.names
    let heading = ([heading] + names).joined(separator: ",") + "\n"
    // The digits round-trip to the same bits.
    let lines = (first..<history.count).map { epoch in
      (["\(epoch + 1)"] + names.map { field(history.value($0, epoch)) }).joined(separator: ",") + "\n"
    }
    return (first == 0 ? heading : "") + lines.joined()
  }

  private static func field(_ value: MetricValue) -> String { value.number == nil ? "\"\(value.text)\"" : value.text }
}

/// A CSV file with the epochs of another run, or other content.
private struct ForeignHistory: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String {
    "\(path): not the log of this run (\(reason)); left unchanged, and no epochs are logged. "
      + "Set another file (callbacks.csv_log.filename; {seed} is replaced with the seed), or remove that one."
  }
}
