import DurableFiles

extension NPYSource {
  /// The `.npy` files of a directory, or of that of a file, whose names say what they are: see `ArrayGuess`.
  public static func source(at path: String) throws -> NPYSource? {
    let isDirectory = AtomicFile.isDirectory(path)
    guard isDirectory || AtomicFile.start(of: path, count: 6) == NumPyHeader.magic else { return nil }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let directory = isDirectory ? (path.hasSuffix("/") ? path : "\(path)/") : String(path.dropLast(file.count))
    let suffix = ".npy"
    let stems = try AtomicFile.names(in: directory.isEmpty ? "." : directory).sorted()
      .filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    guard let paths = ArrayGuess.paths(among: stems),
      isDirectory || paths.given.contains(where: { "\($0)\(suffix)" == file })
    else {
      guard !isDirectory else { return nil }
      throw DatasetError.unknownData(
        path: path,
        reason:
          "a NumPy array whose name does not say what it is (x_train.npy, y_train.npy); a configuration can name it "
          + "(train_inputs)")
    }
    return NPYSource(paths: paths.mapPaths { "\(directory)\($0)\(suffix)" })
  }
}
