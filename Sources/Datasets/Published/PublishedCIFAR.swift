import DurableFiles
import Tensors

/// A CIFAR data set in its published binary form: the archive, packed or unpacked.
struct PublishedCIFAR: PublishedFiles {
  /// Where the data is.
  private enum Place {
    case archive(String)
    case directory(String)

    var path: String {
      switch self {
      case .archive(let path), .directory(let path): path
      }
    }
  }

  let archive: CIFARArchive
  let mirrors: [String]
  /// The names of the directory of the archive, or of its files; the first one is that in the cache.
  let directoryNames: [String]
  /// Names that Python's pickled form has, in the places that are searched.
  let pickledNames: [String]
  /// The position of the label byte to use.
  let labelIndex: Int
  let classNames: [String]

  let shape: Shape = [32, 32, 3]

  private var name: String { archive.dataset }

  var standIn: (source: any DatasetSource, description: String) {
    (GeneratedImagesSource(shape: shape, classCount: classNames.count, trainCount: 50_000, testCount: 10_000), "images")
  }

  func status(_ directory: String?, _ context: DatasetContext) -> String {
    if let place = find(DatasetSplit.published, directory, context) { return "in \(place.path)" }
    let missing = directory.map { "not in \($0)" } ?? "not on this machine; downloaded when needed"
    return missing + (pickled(directory, context).map { " (\($0) is Python's pickled form, which is not read)" } ?? "")
  }

  func isOnThisMachine(_ directory: String?, _ context: DatasetContext) -> Bool {
    find(DatasetSplit.published, directory, context) != nil
  }

  // MARK: - Reading

  func load(_ splits: [DatasetSplit], _ directory: String?, _ context: DatasetContext) throws -> [Dataset] {
    let place = try locate(splits, directory, context)
    return try context.withAdvice(on: name) {
      try read(splits, place).map { part in
        try Dataset(
          name: "\(name) (\(part.split))", shape: shape, inputs: .bytes(part.images), targets: .labels(part.labels),
          classNames: classNames)
      }
    }
  }

  func loadInputs(_ split: DatasetSplit, _ directory: String?, _ context: DatasetContext) throws -> Dataset {
    try load([split], directory, context)[0]
  }

  private func read(_ splits: [DatasetSplit], _ place: Place) throws -> [CIFARImages] {
    switch place {
    case .archive(let path): try archive.read(splits, ofArchive: path, labelIndex: labelIndex)
    case .directory(let path): try archive.read(splits, ofDirectory: path, labelIndex: labelIndex)
    }
  }

  // MARK: - Locations

  /// The first place that has the splits; downloads the archive if none of the default locations has them.
  private func locate(_ splits: [DatasetSplit], _ directory: String?, _ context: DatasetContext) throws -> Place {
    if let place = find(splits, directory, context) { return place }
    guard let directory else { return .archive(try fetchArchive(context)) }
    try DatasetContext.checkDirectory(directory)
    if let pickled = pickled(directory, context) {
      throw DatasetError.damaged(
        path: pickled,
        reason: "this is Python's pickled form of '\(name)', which is not read. Put the binary form, "
          + "\(archive.fileName) (\(mirrors[0])\(archive.fileName)), packed or unpacked, into \(directory)")
    }
    let names = archive.layout.files.filter { splits.contains($0.split) }.map(\.name)
    let places = self.places(directory, context)
    let missing = places.lazy.map { place in names.filter { !AtomicFile.isFile("\(place)/\($0)") } }
      .first { $0.count < names.count }
    throw DatasetError.damaged(
      path: directory,
      reason: (missing.map { "has no file '\($0[0])'" }
        ?? "has neither '\(archive.fileName)' nor its files ('\(archive.directory)/\(names[0])'…)")
        + ". Put it there, or name the directory that has it")
  }

  /// The first place that has the splits: the archive before its files.
  private func find(_ splits: [DatasetSplit], _ directory: String?, _ context: DatasetContext) -> Place? {
    let names = archive.layout.files.filter { splits.contains($0.split) }.map(\.name)
    return places(directory, context).lazy.compactMap { place -> Place? in
      if let path = archive.path(in: place) { return .archive(path) }
      return names.allSatisfy { AtomicFile.isFile("\(place)/\($0)") } ? .directory(place) : nil
    }.first
  }

  /// The directories that may have the archive or its files.
  private func places(_ directory: String?, _ context: DatasetContext) -> [String] {
    let roots =
      directory.map { [$0] }
      ?? [context.dataDirectory, cacheDirectory(context), context.kerasDirectory]
      .compactMap { $0 }
    return roots.flatMap { root in
      ([""] + directoryNames.map { "/\($0)" }).flatMap { [$0, "\($0)/\(archive.directory)"] }.map { root + $0 }
    }
  }

  private func cacheDirectory(_ context: DatasetContext) -> String? { context.cache(of: directoryNames[0]) }

  /// The path of Python's pickled form in a place where the binary one may be.
  private func pickled(_ directory: String?, _ context: DatasetContext) -> String? {
    places(directory, context).lazy.flatMap { place in pickledNames.map { "\(place)/\($0)" } }
      .first(where: AtomicFile.exists)
  }

  // MARK: - Downloading

  func fetch(_ directory: String?, _ context: DatasetContext) throws -> [String] {
    let cache = cacheDirectory(context)
    if let place = find(DatasetSplit.published, directory, context),
      cache.map({ !place.path.hasPrefix("\($0)/") }) ?? true
    {
      _ = try read(DatasetSplit.published, place)
      switch place {
      case .archive(let path): return [path]
      case .directory(let path): return archive.layout.files.map { "\(path)/\($0.name)" }
      }
    }
    return [try fetchArchive(context)]
  }

  /// - Throws: `DatasetError.unavailable` with advice.
  private func fetchArchive(_ context: DatasetContext) throws -> String {
    do {
      return try context.download(of: name, to: directoryNames[0], mirrors: mirrors).fetch(archive)
    } catch DatasetError.unavailable(let dataset, let directory, let urls, let reasons) {
      let pickled = pickled(nil, context).map { ["\($0): Python's pickled form, which is not read"] } ?? []
      throw DatasetError.unavailable(
        dataset: dataset, directory: directory, urls: urls.map { "\($0)\(archive.fileName)" },
        reasons: reasons + pickled)
    }
  }
}
