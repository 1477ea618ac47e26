import DurableFiles
import Martlet
import Reports

/// Checks of a command's output file.
enum OutputPath {
  /// Checks that the output does not overwrite a checkpoint or an input.
  ///
  /// - Parameters:
  ///   - option: the option that the error message names.
  ///   - sources: the input files: the model, its data.
  /// - Throws: `UsageError` for a directory, a checkpoint or a link to one, and for an input file.
  static func check(_ path: String, _ option: String = "", madeOf sources: [String] = []) throws {
    let place = option.isEmpty ? path : "\(option) \(path)"
    guard !AtomicFile.isDirectory(path) else { throw UsageError("\(place): is a directory. Name a file in it.") }
    guard !CheckpointStore.isCheckpoint(path) else {
      throw UsageError("\(place): is a checkpoint of a run, and is not replaced. Choose another name.")
    }
    guard !sources.contains(where: { CheckpointStore.isSameFile($0, path) }) else {
      throw UsageError("\(place): is an input file, and is not replaced. Choose another name.")
    }
  }

  /// - Throws: `UsageError` if the file exists and is not a table of predictions.
  static func checkTable(_ path: String, _ option: String) throws {
    guard let start = AtomicFile.start(of: path, count: 7), !start.isEmpty, !start.starts(with: "sample,".utf8) else {
      return
    }
    throw UsageError("\(option) \(path): is not a table of predictions, and is not replaced. Choose another name.")
  }

  /// - Throws: `UsageError` if the file exists and is not a PNG image.
  static func checkPicture(_ path: String, _ option: String) throws {
    guard let start = AtomicFile.start(of: path, count: FileKind.prefixCount), !start.isEmpty else { return }
    let kind = FileKind(startingWith: start)
    guard kind?.description != "a PNG picture" else { return }
    throw UsageError(
      "\(option) \(path): is \(kind.map { "\($0)" } ?? "not a PNG picture"), and is not replaced. Choose another name.")
  }

  /// Checks that the output of a report has the suffix of one, and overwrites nothing but a report.
  ///
  /// - Throws: `UsageError`; as `check`.
  static func checkReport(_ path: String, _ option: String, madeOf sources: [String]) throws {
    guard path.lowercased().hasSuffix(".html") || AtomicFile.isStream(path) else {
      throw UsageError("\(option) \(path): the name must end in .html.")
    }
    try check(path, option, madeOf: sources)
    guard let start = AtomicFile.start(of: path, count: Report.start.utf8.count), !start.isEmpty,
      !start.elementsEqual(Report.start.utf8)
    else { return }
    throw UsageError("\(option) \(path): is not a report of Martlet, and is not replaced. Choose another name.")
  }
}
