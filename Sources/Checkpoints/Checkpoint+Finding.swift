import DurableFiles

extension Checkpoint {
  /// The path of a checkpoint file. If `path` is a missing link, `latest.weights.h5` or `best.weights.h5`, because the
  /// file system has no links or a copy lost them: the checkpoint that it would point to.
  ///
  /// - Returns: `path` itself if it exists, or if there is no such checkpoint.
  package static func file(at path: String) throws -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let directory = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
    let store = CheckpointStore(directory: directory.isEmpty ? "/" : directory)
    guard let name = parts.last.map(String.init), CheckpointStore.linkNames.contains(name), !AtomicFile.exists(path),
      try !store.fileNames().isEmpty
    else { return path }
    guard name == CheckpointStore.bestName else { return try store.newestGood().path }
    let found = try bestOrNewest(inDirectory: store.directory)
    return found.isBest ? found.checkpoint.path : path
  }
}
