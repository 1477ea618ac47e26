import Digests
import Images
import Synchronization
import SystemResources
import Tensors

/// Where decoded pictures are kept.
extension ImageFolderLoader {
  /// Decoded pictures that are kept.
  struct KeptPictures {
    let storage: InputStorage
    let layout: PictureLayout
  }

  /// A picture that cannot be read, or has another size than expected.
  private struct UnexpectedPicture: Error {}

  private func cache(_ layout: PictureLayout) -> ImageCache {
    let cache = cache ?? layout.standardCache
    return cache == .memory && !context.keepsPictures ? .none : cache
  }

  // MARK: - Checked pictures

  /// Decodes pictures that were checked before into the cache.
  func storage(_ decoder: ImageFileDecoder, _ digests: SampleDigests, _ all: PictureFiles) throws -> InputStorage {
    let layout = decoder.layout
    switch cache(layout) {
    case .none: return .decoded(decoder)
    case .disk:
      let source = cacheSource(digests, all)
      let file = SampleCacheFile(
        SampleCacheFile.Description(
          source: source.text, shape: layout.shape, element: layout.element, count: layout.count,
          origin: source.origin), in: try context.decodedDirectory())
      return .mapped(
        try file.inputs(threads: AvailableCores.count(), context) { try decoder.decode($0, into: $1) })
    case .memory:
      guard layout.fitsInMemory else { throw DatasetError.tooLarge(name: all.name, bytes: layout.byteCount) }
      return try inMemory(layout, what: "Decoding") { try decoder.decode($0, into: $1) }
    }
  }

  /// What a cache file of pictures is made from: other versions of the decoder or the resizing have another one.
  private func cacheSource(_ digests: SampleDigests, _ all: PictureFiles) -> SampleCacheFile.Source {
    let version = "decoding \(ImageDecoder.version), resizing \(ImageResizing.version)"
    return SampleCacheFile.Source(
      text: "\(digests.description)\n\(version)\n\(digests.bytes.hexadecimal)",
      origin: .init(place: all.place, contents: SHA256.digest(digests.bytes).hexadecimal))
  }

  // MARK: - Pictures that were never checked

  /// Decodes all pictures once, to check and to keep them, if none was checked before.
  ///
  /// The layout is that which the headers of a few pictures suggest.
  ///
  /// - Returns: nil if pictures are not kept, one cannot be read, or one has another size than expected.
  func kept(_ all: PictureFiles, _ checks: PictureChecks) throws -> KeptPictures? {
    let areKept = cache != ImageCache.none && (cache == .disk || context.keepsPictures)
    guard areKept, checks.areUnknown, let layout = PictureLayout(expectedOf: checks.paths, preparation) else {
      return nil
    }
    let resizing = preparation.resizing
    let fill = { @Sendable (picture: Int, input: UnsafeMutableRawPointer) in
      guard let image = try? checks.image(picture), layout.write(image, resizing: resizing, into: input) else {
        throw UnexpectedPicture()
      }
    }
    do {
      switch cache(layout) {
      case .none: return nil
      case .memory:
        guard layout.fitsInMemory else { return nil }
        return KeptPictures(storage: try inMemory(layout, what: "Decoding", fill), layout: layout)
      case .disk: return try onDisk(all, checks, layout, fill)
      }
    } catch is UnexpectedPicture { return nil }
  }

  private func onDisk(
    _ all: PictureFiles, _ checks: PictureChecks, _ layout: PictureLayout,
    _ fill: @Sendable (Int, UnsafeMutableRawPointer) throws -> Void
  ) throws -> KeptPictures? {
    let description = SampleCacheFile.Description(
      source: "", shape: layout.shape, element: layout.element, count: layout.count)
    let inputs = try SampleCacheFile.create(
      description, in: context.decodedDirectory(), threads: AvailableCores.count(), context, fill: fill
    ) {
      let images = zip(zip(checks.paths, checks.stamps), checks.finished()).compactMap { file, result in
        (try? result.get()).map { CheckedImage(path: file.0, stamp: file.1, check: $0) }
      }
      guard images.count == layout.count else { return nil }
      return cacheSource(digests(images, layout, all.classNames), all)
    }
    return inputs.map { KeptPictures(storage: .mapped($0), layout: layout) }
  }

  // MARK: - Memory

  /// All inputs in memory.
  ///
  /// - Throws: the error of the first input that could not be filled, of those that were tried.
  private func inMemory(
    _ layout: PictureLayout, what: String, _ fill: @Sendable (Int, UnsafeMutableRawPointer) throws -> Void
  ) throws -> InputStorage {
    try layout.element == .uint8
      ? .bytes(filled(layout, what, UInt8.self, fill)) : .floats(filled(layout, what, Float.self, fill))
  }

  private func filled<Value: BitwiseCopyable & Sendable>(
    _ layout: PictureLayout, _ what: String, _ type: Value.Type,
    _ fill: @Sendable (Int, UnsafeMutableRawPointer) throws -> Void
  ) throws -> [Value] {
    let count = layout.count * layout.shape.count
    return try [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      let target = SharedBuffer(start: UnsafeMutableRawPointer(start))
      let hasFailed = Mutex(false)
      let results = ParallelDecoding(what: what, context).map(layout.count) { index in
        // After a failure nothing is kept.
        guard !hasFailed.withLock({ $0 }) else { return Result<Void, any Error>.success(()) }
        let result = Result { try fill(index, target.start + index * layout.sampleSize) }
        if case .failure = result { hasFailed.withLock { $0 = true } }
        return result
      }
      for result in results { try result.get() }
      initialized = count
    }
  }
}
