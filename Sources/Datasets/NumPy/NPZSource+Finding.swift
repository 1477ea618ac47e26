import DurableFiles

extension NPZSource {
  /// The archive at a path, if it is one.
  public static func source(at path: String) -> NPZSource? {
    guard let start = AtomicFile.start(of: path, count: FileKind.prefixCount) else { return nil }
    let isArchive = FileKind(startingWith: start)?.description == "a NumPy archive (.npz)"
    return isArchive ? NPZSource(file: path) : nil
  }
}
