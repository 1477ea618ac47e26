import DurableFiles

/// The locations and downloads of published data sets.
extension DatasetContext {
  /// `$MARTLET_DATA`: a directory of data sets; nil if unset.
  var dataDirectory: String? { environment["MARTLET_DATA"].flatMap { $0.isEmpty ? nil : $0 } }

  /// Keras' data sets: `$KERAS_HOME/datasets`, or `~/.keras/datasets`; nil without a home directory.
  var kerasDirectory: String? {
    let own = environment["KERAS_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    let home = environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.keras" }
    return (own ?? home).map { "\($0)/datasets" }
  }

  /// The directory of a data set in the cache; nil without a home directory.
  func cache(of name: String) -> String? { cacheDirectory.map { "\($0)/\(name)" } }

  /// - Throws: `FileError` if there is no such directory.
  static func checkDirectory(_ directory: String) throws {
    guard !AtomicFile.isDirectory(directory) else { return }
    let reason = AtomicFile.exists(directory) ? "not a directory" : "no such directory"
    throw FileError(path: directory, operation: .read, reason: reason)
  }

  /// Adds advice on how to replace a corrupt file in the cache.
  func withAdvice<Result>(on dataset: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch DatasetError.damaged(let path, let reason) where cacheDirectory.map({ path.hasPrefix($0) }) ?? false {
      throw DatasetError.damaged(path: path, reason: "\(reason); 'martlet data fetch \(dataset)' replaces it")
    }
  }

  /// A download into the cache.
  ///
  /// - Throws: `DatasetError.unavailable` if there is no cache directory, or downloading is disabled.
  func download(of dataset: String, to directory: String, mirrors: [String]) throws -> DatasetDownload {
    guard let cache = cache(of: directory) else {
      throw DatasetError.unavailable(
        dataset: dataset, directory: "~/.cache/martlet/\(directory)", urls: mirrors,
        reasons: ["neither HOME nor XDG_CACHE_HOME is set, so there is no cache directory"])
    }
    guard canFetch else {
      throw DatasetError.unavailable(
        dataset: dataset, directory: cache, urls: mirrors,
        reasons: ["downloading is disabled: 'martlet data fetch \(dataset)' downloads it"])
    }
    return DatasetDownload(
      dataset: dataset, directory: cache, mirrors: mirror.map { [$0] } ?? mirrors, progress: progress)
  }
}
