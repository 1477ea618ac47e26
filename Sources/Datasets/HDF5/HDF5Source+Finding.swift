import DurableFiles

extension HDF5Source {
  /// The datasets of an HDF5 file whose names say what they are: see `ArrayGuess`.
  public static func source(at path: String) throws -> HDF5Source? {
    guard AtomicFile.start(of: path, count: 6) == [0x89] + Array("HDF\r\n".utf8) else { return nil }
    let known = try HDF5Arrays(path: path).paths
    guard let paths = ArrayGuess.paths(among: known) else {
      let shown = known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", …" : "")
      throw DatasetError.unknownData(
        path: path,
        reason: "has no dataset named as inputs (/train/x, x_train), but \(known.isEmpty ? "none at all" : shown); a "
          + "configuration can name them (train_inputs)")
    }
    return HDF5Source(file: path, paths: paths)
  }
}
