import Configuration
import DurableFiles

extension DatasetSource {
  /// The existing files that the options name.
  package var files: [String] {
    options.compactMap { entry in
      guard case .string(let text) = entry.node.value, AtomicFile.isFile(text) else { return nil }
      return text
    }
  }
}

extension Catalog where Entry == any DatasetSource.Type {
  /// The source that reads the data at a path: a file, or a directory.
  ///
  /// Each source says whether the path is its own: see `DatasetSource.source(at:)`.
  ///
  /// - Throws: `DatasetError.unknownData` if no source reads it; `DatasetError` or `FileError` if it cannot be read.
  package func source(at path: String) throws -> any DatasetSource {
    guard AtomicFile.exists(path) else { throw DatasetError.unknownData(path: path, reason: "does not exist") }
    for type in all {
      if let source = try type.source(at: path) { return source }
    }
    if AtomicFile.isDirectory(path) {
      throw DatasetError.unknownData(path: path, reason: "a directory without data that Martlet reads")
    }
    let kind = AtomicFile.start(of: path, count: FileKind.prefixCount).flatMap { FileKind(startingWith: $0) }
    throw DatasetError.unknownData(path: path, reason: kind.map { "\($0)" } ?? "a file of an unknown format")
  }
}
