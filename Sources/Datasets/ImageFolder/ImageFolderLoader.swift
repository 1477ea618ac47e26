import DurableFiles
import Images
import Tensors

/// Loads pictures: checks all of them, and decodes them into the cache.
struct ImageFolderLoader {
  let preparation: ImagePreparation
  var cache: ImageCache?
  /// Whether pictures that cannot be read are left out, with a warning.
  var skipsUnreadable = false
  let context: DatasetContext

  init(
    preparation: ImagePreparation, cache: ImageCache? = nil, skipsUnreadable: Bool = false, _ context: DatasetContext
  ) {
    self.preparation = preparation
    self.cache = cache
    self.skipsUnreadable = skipsUnreadable
    self.context = context
  }

  /// Loads a part of a folder.
  ///
  /// - Throws: `DatasetError` naming all files that cannot be read, or pictures of other sizes.
  func load(_ part: DatasetSplit, of folder: ImageFolder) throws -> Dataset {
    try load(
      PictureFiles(
        files: folder.files[part] ?? [], name: "\(ImageFolderSource.name) (\(part))", list: folder.lists[part],
        place: "\(FileStamp.absolutePath(folder.place)): \(part)", classNames: folder.classNames,
        hasWeights: folder.hasWeights, isTrained: part == .train))
  }

  /// Loads some files.
  ///
  /// - Throws: as `load(_:of:)`.
  func load(_ all: PictureFiles) throws -> Dataset {
    let checks = PictureChecks(all.files.map(\.path), preparation.colorMode, context)
    let kept = try kept(all, checks)
    let (files, images) = try checked(all, checks)
    guard !files.isEmpty else { throw DatasetError.noSamples(name: all.name) }
    let layout = try layout(images, all)
    let decoder = ImageFileDecoder(files: images, preparation: preparation, layout: layout)
    let digests = digests(images, layout, all.classNames)
    return try Dataset(
      name: all.name, shape: layout.shape,
      storage: kept.flatMap { $0.layout == layout ? $0.storage : nil } ?? storage(decoder, digests, all),
      count: files.count, targets: all.hasLabels ? .labels(files.map(\.label)) : nil,
      weights: all.hasWeights ? files.map(\.weight) : nil, classNames: all.classNames, digests: digests)
  }

  // MARK: - Checks

  /// The files that can be decoded, and their checks.
  private func checked(
    _ all: PictureFiles, _ checks: PictureChecks
  ) throws -> (files: [ImageFolder.File], images: [CheckedImage]) {
    var (good, images): ([ImageFolder.File], [CheckedImage]) = ([], [])
    var failures: [String] = []
    for ((file, stamp), result) in zip(zip(all.files, checks.stamps), checks.finished()) {
      switch result {
      case .success(let check):
        good.append(file)
        images.append(CheckedImage(path: file.path, stamp: stamp, check: check))
      case .failure(let error): failures.append("\(all.line(of: file))\(error)")
      }
    }
    guard !failures.isEmpty else { return (good, images) }
    let error = DatasetError.unreadableImages(name: all.name, count: all.files.count, failures: failures)
    guard skipsUnreadable, !good.isEmpty else { throw error }
    context.warning("\(error.unreadableText) They are left out (data.unreadable: skip).")
    try checkClasses(all, good)
    return (good, images)
  }

  /// - Throws: `DatasetError.unreadableClasses` if training data has no picture left of some classes.
  private func checkClasses(_ all: PictureFiles, _ good: [ImageFolder.File]) throws {
    guard all.hasLabels, let names = all.classNames else { return }
    let missing = Set(all.files.map(\.label)).subtracting(good.map(\.label)).sorted()
    let classes = missing.map { names.indices.contains(Int($0)) ? names[Int($0)] : "\($0)" }
    guard !classes.isEmpty else { return }
    let error = DatasetError.unreadableClasses(name: all.name, classes: classes)
    if all.isTrained { throw error }
    context.warning(error.unreadableClassesText)
  }

  /// The layout of the inputs.
  ///
  /// - Throws: `DatasetError.damaged` if pictures that keep their size have different ones.
  private func layout(_ images: [CheckedImage], _ all: PictureFiles) throws -> PictureLayout {
    let first = images[0].check
    let (height, width) = preparation.size.map { ($0.height, $0.width) } ?? (first.height, first.width)
    let other = images.first { $0.check.height != height || $0.check.width != width }
    if let other, preparation.size == nil {
      let line = all.files.first { $0.path == other.path }.map(all.line) ?? ""
      throw DatasetError.damaged(
        path: "\(line)\(other.path)",
        reason: "is \(other.check.height)x\(other.check.width) (height x width), but \(images[0].path) is "
          + "\(first.height)x\(first.width); set data.image_size: [height, width] to resize all pictures")
    }
    return PictureLayout(
      height: height, width: width, isResized: other != nil, count: images.count, preparation)
  }

  func digests(_ images: [CheckedImage], _ layout: PictureLayout, _ classNames: [String]?) -> SampleDigests {
    let resizing =
      layout.element == .float32
      ? ", resized: \(preparation.interpolation.rawValue)\(preparation.cropsToAspectRatio ? ", cropped" : "")" : ""
    return SampleDigests(
      description: "pictures: \(preparation.colorMode.rawValue)\(resizing), classes: \(classNames ?? [])",
      bytes: images.flatMap(\.check.digest), files: images.map(\.path))
  }
}

/// The files of pictures to be loaded, and what is known of them.
struct PictureFiles {
  var files: [ImageFolder.File]
  /// The name of the data set.
  var name: String
  /// The list that names the files; nil if they were found in folders.
  var list: String?
  /// The place of the pictures for the cache: a folder or list, and a part.
  var place: String
  var classNames: [String]?
  var hasLabels = true
  var hasWeights = false
  /// Whether a model learns from them.
  var isTrained = false

  /// `list.csv, line 7: `, if a list names the file.
  func line(of file: ImageFolder.File) -> String {
    guard let list, let line = file.line else { return "" }
    return "\(list), line \(line): "
  }
}
