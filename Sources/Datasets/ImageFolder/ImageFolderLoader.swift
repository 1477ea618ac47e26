import DurableFiles
import Images
import SystemResources
import Tensors

/// Loads the parts of a folder of images.
struct ImageFolderLoader {
  private let source: ImageFolderSource
  private let folder: ImageFolder
  private let context: DatasetContext

  init(_ source: ImageFolderSource, _ folder: ImageFolder, _ context: DatasetContext) {
    self.source = source
    self.folder = folder
    self.context = context
  }

  /// - Throws: `DatasetError` naming all files that cannot be read, or pictures of other sizes.
  func load(_ part: ImageFolderPart) throws -> Dataset {
    let name = "\(ImageFolderSource.name) (\(part))"
    let all = folder.files[part] ?? []
    let (files, checks) = try checked(all, name: name)
    guard !files.isEmpty else { throw DatasetError.noSamples(name: name) }
    let size = try size(files, checks)
    let shape = Shape([size.height, size.width, source.preparation.colorMode.channels])
    let isResized = checks.contains { $0.height != size.height || $0.width != size.width }
    let decoder = ImageFileDecoder(
      paths: files.map(\.path), preparation: source.preparation, element: isResized ? .float32 : .uint8, shape: shape)
    return try Dataset(
      name: name, shape: shape, storage: storage(decoder, name: name), count: files.count,
      targets: .labels(files.map(\.label)), weights: folder.hasWeights ? files.map(\.weight) : nil,
      classNames: folder.classNames, digests: digests(checks, isResized: isResized))
  }

  /// The files that can be decoded, and their checks.
  private func checked(_ files: [ImageFolder.File], name: String) throws -> ([ImageFolder.File], [ImageCheck]) {
    let results = ImageCheck.check(files.map(\.path), source.preparation.colorMode, context)
    var (good, checks): ([ImageFolder.File], [ImageCheck]) = ([], [])
    var failures: [String] = []
    for (file, result) in zip(files, results) {
      switch result {
      case .success(let check):
        good.append(file)
        checks.append(check)
      case .failure(let error): failures.append("\(error)")
      }
    }
    guard !failures.isEmpty else { return (good, checks) }
    let error = DatasetError.unreadableImages(name: name, count: files.count, failures: failures)
    guard source.skipsUnreadable else { throw error }
    context.warning("\(error.unreadableText) They are left out (data.unreadable: skip).")
    return (good, checks)
  }

  /// The size of the inputs.
  ///
  /// - Throws: `DatasetError.damaged` if pictures that keep their size have different ones.
  private func size(_ files: [ImageFolder.File], _ checks: [ImageCheck]) throws -> (height: Int, width: Int) {
    if let size = source.preparation.size { return (size.height, size.width) }
    let first = checks[0]
    if let other = checks.firstIndex(where: { $0.height != first.height || $0.width != first.width }) {
      throw DatasetError.damaged(
        path: files[other].path,
        reason: "is \(checks[other].height)x\(checks[other].width) (height x width), but \(files[0].path) is "
          + "\(first.height)x\(first.width); set data.image_size: [height, width] to resize all pictures")
    }
    return (first.height, first.width)
  }

  private func digests(_ checks: [ImageCheck], isResized: Bool) -> SampleDigests {
    let preparation = source.preparation
    let resizing =
      isResized
      ? ", resized: \(preparation.interpolation.rawValue)\(preparation.cropsToAspectRatio ? ", cropped" : "")" : ""
    return SampleDigests(
      description: "pictures: \(preparation.colorMode.rawValue)\(resizing), classes: \(folder.classNames)",
      bytes: checks.flatMap(\.digest))
  }

  // MARK: - Storage

  private func storage(_ decoder: ImageFileDecoder, name: String) throws -> InputStorage {
    switch source.cache ?? standardCache(decoder) {
    case .none: return .decoded(decoder)
    case .disk: return .decoded(decoder)
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
