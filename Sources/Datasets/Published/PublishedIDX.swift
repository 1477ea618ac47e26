import DurableFiles
import Tensors

/// A data set published as four IDX files: training and test images of 28x28 pixels, and their labels.
struct PublishedIDX: PublishedFiles {
  let name: String
  /// The files, in the order train images, train labels, test images, test labels, with the SHA-256 of their unpacked
  /// contents.
  let files: [PublishedFile]
  /// The fingerprints of their contents.
  let fingerprints: (train: String, test: String)
  /// The public mirrors of the `.gz` files.
  let mirrors: [String]
  /// The names of the directory below `$MARTLET_DATA`; the first one is that in the cache.
  let directoryNames: [String]
  /// Keras' directory of the same files below `~/.keras/datasets`, if it has one.
  var kerasDirectory: String?
  /// Keras' archive of the same data there, used if the files are missing, if it has one.
  var kerasArchive: String?
  let classNames: [String]?

  let standIn: (source: any DatasetSource, description: String) = (
    DigitsSource(trainCount: 60_000, testCount: 10_000), "digits"
  )

  private func files(of split: DatasetSplit) -> (images: PublishedFile, labels: PublishedFile) {
    split == .train ? (files[0], files[1]) : (files[2], files[3])
  }

  private func fingerprint(of split: DatasetSplit) -> String {
    split == .train ? fingerprints.train : fingerprints.test
  }

  func status(_ directory: String?, _ context: DatasetContext) -> String {
    guard let found = complete(directory, context) else {
      if let archive = archive(directory, context) { return "in \(archive)" }
      return directory.map { "not in \($0)" } ?? "not on this machine; downloaded when needed"
    }
    guard let (bad, path) = firstDamaged(found.paths) else { return "in \(found.directory)" }
    return "in \(found.directory), but \(path) is not the published '\(bad.name)'"
  }

  func isOnThisMachine(_ directory: String?, _ context: DatasetContext) -> Bool {
    complete(directory, context) != nil || archive(directory, context) != nil
  }

  // MARK: - Reading

  func load(_ splits: [DatasetSplit], _ directory: String?, _ context: DatasetContext) throws -> [Dataset] {
    try splits.map { try load($0, directory, context) }
  }

  private func load(_ split: DatasetSplit, _ directory: String?, _ context: DatasetContext) throws -> Dataset {
    let files = files(of: split)
    if find([files.images, files.labels], directory, context) == nil, let archive = archive(directory, context) {
      return try load(split, ofArchive: archive, context)
    }
    let paths = try locate([files.images, files.labels], directory, context)
    return try context.withAdvice(on: name) {
      let dataset = try read(split, images: paths[0], labels: paths[1], context)
      // Verified by the fingerprint, which a run needs anyway; the files' own checksums only tell which of them is
      // wrong.
      if dataset.fingerprint != fingerprint(of: split) {
        try check([(files.images, paths[0]), (files.labels, paths[1])])
      }
      return dataset
    }
  }

  func loadInputs(_ split: DatasetSplit, _ directory: String?, _ context: DatasetContext) throws -> Dataset {
    let files = files(of: split)
    let isWhole = { find([files.images, files.labels], directory, context) != nil }
    if isWhole() { return try load(split, directory, context) }
    if find([files.images], directory, context) == nil, let archive = archive(directory, context) {
      return try load(split, ofArchive: archive, context)
    }
    let path = try locate([files.images], directory, context)[0]
    // Downloads include labels.
    if isWhole() { return try load(split, directory, context) }
    return try context.withAdvice(on: name) {
      let images = try read(split, images: path, labels: nil, context)
      try check([(files.images, path)])
      return images
    }
  }

  private func read(
    _ split: DatasetSplit, images: String, labels: String?, _ context: DatasetContext
  ) throws -> Dataset {
    try IDXSource.read(name: "\(name) (\(split))", images: images, labels: labels, classNames: classNames, context)
  }

  private func load(
    _ split: DatasetSplit, ofArchive path: String, _ context: DatasetContext
  ) throws -> Dataset {
    let dataset = try NPZSource(file: path).load(split, of: NPZFile(path: path), name: "\(name) (\(split))", context)
    guard dataset.fingerprint == fingerprint(of: split) else {
      throw DatasetError.damaged(
        path: path,
        reason: "its contents are not those of the published '\(name)'; remove it, or read it with 'dataset: npz'")
    }
    return dataset
  }

  /// Checks that files have exactly the published contents.
  ///
  /// - Throws: `DatasetError.damaged`, `FileError`.
  private func check(_ files: [(file: PublishedFile, path: String)]) throws {
    for (file, path) in files where try !file.isGood(path) {
      throw DatasetError.damaged(path: path, reason: file.isNot(name))
    }
  }

  private func firstDamaged(_ paths: [String]) -> (file: PublishedFile, path: String)? {
    zip(files, paths).first { file, path in (try? file.isGood(path)) != true }.map { ($0, $1) }
  }

  // MARK: - Locations

  /// The paths of some of the files; downloads all of them if they are in none of the default locations.
  private func locate(
    _ wanted: [PublishedFile], _ directory: String?, _ context: DatasetContext, canFetch: Bool = true
  ) throws -> [String] {
    if let paths = find(wanted, directory, context) { return paths }
    if let directory {
      try DatasetContext.checkDirectory(directory)
      let missing = wanted.first { $0.path(in: directory) == nil } ?? wanted[0]
      throw DatasetError.missingFile(name: missing.name, directory: directory)
    }
    guard canFetch else { return [] }
    _ = try fetchFiles(context)
    return try locate(wanted, directory, context, canFetch: false)
  }

  /// The paths of some of the files in the first location that has them all; nil if none does.
  private func find(_ wanted: [PublishedFile], _ directory: String?, _ context: DatasetContext) -> [String]? {
    directories(directory, context).lazy.map { place in wanted.compactMap { $0.path(in: place) } }
      .first { $0.count == wanted.count }
  }

  /// The first location that has all files.
  private func complete(_ directory: String?, _ context: DatasetContext) -> (directory: String, paths: [String])? {
    directories(directory, context).lazy.map { place in
      (directory: place, paths: files.compactMap { $0.path(in: place) })
    }.first { $0.paths.count == files.count }
  }

  /// The locations of the files: the given directory, or else the default locations, in order.
  private func directories(_ explicit: String?, _ context: DatasetContext) -> [String] {
    if let explicit { return [explicit] }
    let data = context.dataDirectory.map { data in directoryNames.map { "\(data)/\($0)" } } ?? []
    let keras = kerasDirectory.flatMap { name in context.kerasDirectory.map { "\($0)/\(name)" } }
    return data + [context.cache(of: directoryNames[0]), keras].compactMap { $0 }
  }

  /// Keras' archive of the same data: in the directory, or in `~/.keras/datasets`.
  private func archive(_ directory: String?, _ context: DatasetContext) -> String? {
    guard let kerasArchive else { return nil }
    return (directory ?? context.kerasDirectory).map { "\($0)/\(kerasArchive)" }
      .flatMap { AtomicFile.isFile($0) ? $0 : nil }
  }

  // MARK: - Downloading

  func fetch(_ directory: String?, _ context: DatasetContext) throws -> [String] {
    if let found = complete(directory, context), found.directory != context.cache(of: directoryNames[0]) {
      try check(Array(zip(files, found.paths)).map { (file: $0, path: $1) })
      return found.paths
    }
    if complete(directory, context) == nil, let archive = archive(directory, context) {
      for split in DatasetSplit.published { _ = try load(split, ofArchive: archive, context) }
      return [archive]
    }
    return try fetchFiles(context)
  }

  /// - Returns: the four files' paths.
  /// - Throws: `DatasetError.unavailable` with advice.
  private func fetchFiles(_ context: DatasetContext) throws -> [String] {
    let download = try context.download(of: name, to: directoryNames[0], mirrors: mirrors)
    return try files.map { try download.fetch($0) }
  }
}
