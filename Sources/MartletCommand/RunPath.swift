import DurableFiles
import Foundation
import Martlet

/// Resolves a path argument, a checkpoint file or the directory of a run, to checkpoints.
enum RunPath {
  /// The file itself, or the best checkpoint of a directory, or else its newest.
  ///
  /// - Throws: `UsageError` for a directory without checkpoints; the errors of reading them.
  static func checkpoint(_ path: String) throws -> String {
    guard AtomicFile.isDirectory(path) else { return path }
    try checkHoldsRun(path)
    let found = try Checkpoint.bestOrNewest(inDirectory: path) { CommandEnvironment.warn("skipped \($0)") }
    let metric = found.isBest ? found.checkpoint.configuration.checkpoints.keepBest : nil
    let why = metric.map { "the best by \($0)" } ?? "the newest"
    Console.error.write("martlet: note: \(path): using \(found.checkpoint.path), \(why).\n")
    return found.checkpoint.path
  }

  /// The file itself, or the newest good checkpoint of a directory.
  ///
  /// - Throws: as `checkpoint`.
  static func newest(_ path: String) throws -> String {
    guard AtomicFile.isDirectory(path) else { return path }
    try checkHoldsRun(path)
    let newest = try RunDirectory(CheckpointPolicy(directory: path))
      .newestGood { CommandEnvironment.warn("skipped \($0)") }
    Console.error.write("martlet: note: \(path): using \(newest.path), the newest.\n")
    return newest.path
  }

  /// The file itself, or all checkpoints of a directory.
  ///
  /// - Throws: `UsageError` for a directory without checkpoints; `FileError`.
  static func checkpoints(_ path: String) throws -> [String] {
    guard AtomicFile.isDirectory(path) else { return [path] }
    try checkHoldsRun(path)
    return try CheckpointStore(directory: path).fileNames().map { "\(path)/\($0)" }
  }

  /// - Throws: `UsageError` for a directory, if only a model file is accepted.
  static func checkIsFile(_ path: String) throws {
    guard AtomicFile.isDirectory(path) else { return }
    try checkIsNoSavedModel(path)
    throw UsageError("\(path): is a directory. Name a model's file (.keras, .h5, .weights.h5).")
  }

  /// The newest good checkpoint of a directory and the best one, or else the newest; twice the file itself.
  ///
  /// - Throws: as `checkpoint`.
  static func newestAndBest(_ path: String) throws -> (newest: Checkpoint, best: Checkpoint) {
    guard AtomicFile.isDirectory(path) else {
      let saved = try Checkpoint(path: path)
      return (saved, saved)
    }
    try checkHoldsRun(path)
    func warn(_ skipped: String) { CommandEnvironment.warn("skipped \(skipped)") }
    return try RunDirectory.readAgainIfReplaced(warning: warn) { warning in
      let newest = try RunDirectory(CheckpointPolicy(directory: path)).newestGood(passedOver: warning)
      return (newest, try Checkpoint.bestOrNewest(inDirectory: path).checkpoint)
    }
  }

  private static func checkIsNoSavedModel(_ path: String) throws {
    guard AtomicFile.isFile("\(path)/saved_model.pb") else { return }
    throw UsageError("\(path): is a TensorFlow SavedModel. Save it as .keras or .h5, which can be read.")
  }

  /// - Throws: `UsageError` for a directory without checkpoints; `FileError`.
  static func checkHoldsRun(_ path: String) throws {
    guard try !RunDirectory(CheckpointPolicy(directory: path)).holdsRun() else { return }
    try checkIsNoSavedModel(path)
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    let runs = names.filter { name in
      (try? CheckpointStore(directory: "\(path)/\(name)").fileNames()).map { !$0.isEmpty } ?? false
    }
    let advice =
      runs.isEmpty
      ? "Name the directory of a run, or a file." : "It holds runs: \(runs.prefix(5).joined(separator: ", "))."
    throw UsageError("\(path): holds no checkpoint (step-*\(CheckpointStore.suffix)). \(advice)")
  }
}
