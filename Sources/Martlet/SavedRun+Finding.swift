import DurableFiles

extension SavedRun {
  /// The file of a checkpoint. Where `path` is that of a link, `latest.weights.h5` or `best.weights.h5`, which is not
  /// there, because the file system knows no links or a copy lost them: the checkpoint that it would lead to.
  ///
  /// - Returns: `path` itself if there is something, or nothing to put in its place.
  package static func file(at path: String) throws -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let directory = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
    let store = CheckpointStore(directory: directory.isEmpty ? "/" : directory)
    guard let name = parts.last.map(String.init), CheckpointStore.linkNames.contains(name), !WholeFile.exists(path),
      try !store.fileNames().isEmpty
    else { return path }
    guard name == CheckpointStore.bestName else { return try store.newestGood().path }
    let found = try bestOrNewest(inDirectory: store.directory)
    return found.isBest ? found.run.path : path
  }
}
