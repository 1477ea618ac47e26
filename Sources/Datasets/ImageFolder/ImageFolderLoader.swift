import DurableFiles
import Images
import SystemResources
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
  func load(_ part: ImageFolderPart, of folder: ImageFolder) throws -> Dataset {
    try load(
      folder.files[part] ?? [], name: "\(ImageFolderSource.name) (\(part))", classNames: folder.classNames,
      hasWeights: folder.hasWeights)
  }

  /// Loads some files.
  ///
  /// - Throws: as `load(_:of:)`.
  func load(
    _ all: [ImageFolder.File], name: String, classNames: [String]?, hasLabels: Bool = true, hasWeights: Bool = false
  ) throws -> Dataset {
    let (files, images) = try checked(all, name: name)
    guard !files.isEmpty else { throw DatasetError.noSamples(name: name) }
    let size = try size(images)
    let shape = Shape([size.height, size.width, preparation.colorMode.channels])
    let isResized = images.contains { $0.check.height != size.height || $0.check.width != size.width }
    let decoder = ImageFileDecoder(
      files: images, preparation: preparation, element: isResized ? .float32 : .uint8, shape: shape)
    let digests = digests(images, isResized: isResized, classNames)
    return try Dataset(
      name: name, shape: shape, storage: storage(decoder, name: name, digests), count: files.count,
      targets: hasLabels ? .labels(files.map(\.label)) : nil, weights: hasWeights ? files.map(\.weight) : nil,
      classNames: classNames, digests: digests)
  }

  /// The files that can be decoded, and their checks.
  private func checked(_ files: [ImageFolder.File], name: String) throws -> ([ImageFolder.File], [CheckedImage]) {
    let stamps = files.map { FileStamp(path: $0.path) }
    let results = ImageCheck.check(files.map(\.path), stamps, preparation.colorMode, context)
    var (good, images): ([ImageFolder.File], [CheckedImage]) = ([], [])
    var failures: [String] = []
    for ((file, stamp), result) in zip(zip(files, stamps), results) {
      switch result {
      case .success(let check):
        good.append(file)
        images.append(CheckedImage(path: file.path, stamp: stamp, check: check))
      case .failure(let error): failures.append("\(error)")
      }
    }
    guard !failures.isEmpty else { return (good, images) }
    let error = DatasetError.unreadableImages(name: name, count: files.count, failures: failures)
    guard skipsUnreadable, !good.isEmpty else { throw error }
    context.warning("\(error.unreadableText) They are left out (data.unreadable: skip).")
    return (good, images)
  }

  /// The size of the inputs.
  ///
  /// - Throws: `DatasetError.damaged` if pictures that keep their size have different ones.
  private func size(_ images: [CheckedImage]) throws -> (height: Int, width: Int) {
    if let size = preparation.size { return (size.height, size.width) }
    let first = images[0].check
    if let other = images.first(where: { $0.check.height != first.height || $0.check.width != first.width }) {
      throw DatasetError.damaged(
        path: other.path,
        reason: "is \(other.check.height)x\(other.check.width) (height x width), but \(images[0].path) is "
          + "\(first.height)x\(first.width); set data.image_size: [height, width] to resize all pictures")
    }
    return (first.height, first.width)
  }

  private func digests(
    _ images: [CheckedImage], isResized: Bool, _ classNames: [String]?
  ) -> SampleDigests {
    let resizing =
      isResized
      ? ", resized: \(preparation.interpolation.rawValue)\(preparation.cropsToAspectRatio ? ", cropped" : "")" : ""
    return SampleDigests(
      description: "pictures: \(preparation.colorMode.rawValue)\(resizing), classes: \(classNames ?? [])",
      bytes: images.flatMap(\.check.digest), files: images.map(\.path))
  }

  // MARK: - Storage

  private func storage(_ decoder: ImageFileDecoder, name: String, _ digests: SampleDigests) throws -> InputStorage {
    switch cache ?? standardCache(decoder) {
    case .none: return .decoded(decoder)
    case .disk:
      let file = SampleCacheFile(
        SampleCacheFile.Description(
          source: "\(digests.description)\n\(digests.bytes.hexadecimal)", shape: decoder.shape,
          element: decoder.element, count: decoder.count), in: try context.decodedDirectory())
      return .mapped(
        try file.inputs(threads: AvailableCores.count(), context) { try decoder.decode($0, into: $1) })
    case .memory:
      guard decoder.isDecodable else { throw DatasetError.tooLarge(name: name, bytes: decoder.byteCount) }
      return try decoder.element == .uint8
        ? .bytes(decodeAll(decoder, UInt8.self)) : .floats(decodeAll(decoder, Float.self))
    }
  }

  /// In memory if that uses at most half of it.
  private func standardCache(_ decoder: ImageFileDecoder) -> ImageCache {
    decoder.byteCount <= Memory.available / 2 && decoder.isDecodable ? .memory : .none
  }

  private func decodeAll<Value: BitwiseCopyable & Sendable>(
    _ decoder: ImageFileDecoder, _ type: Value.Type
  ) throws -> [Value] {
    let width = decoder.shape.count
    return try [Value](unsafeUninitializedCapacity: decoder.count * width) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      let target = SharedBuffer(start: UnsafeMutableRawPointer(start))
      let size = width * MemoryLayout<Value>.size
      let failures = ParallelDecoding(what: "Decoding", context).map(decoder.count) { index in
        Result { try decoder.decode(index, into: target.start + index * size) }
      }
      for failure in failures { try failure.get() }
      count = decoder.count * width
    }
  }
}

/// Memory that several threads write, each its own part.
private struct SharedBuffer: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
}

extension ImageFileDecoder {
  /// The size of all decoded inputs in bytes; the largest integer if it is larger.
  var byteCount: Int {
    let size = element == .uint8 ? 1 : MemoryLayout<Float>.size
    let (bytes, overflow) = count.multipliedReportingOverflow(by: shape.count * size)
    return overflow ? .max : bytes
  }

  var isDecodable: Bool { Memory.canHold(byteCount) }
}
