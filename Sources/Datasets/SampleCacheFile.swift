import CZlib
import Digests
import DurableFiles
import Tensors

/// A file with the inputs of all samples, decoded or converted once, and mapped from then on.
///
/// Like a checkpoint it is whole or absent. Its first page describes it; a table at its end has the CRC-32 of each
/// block of samples. A file that is corrupt, or of other data, is replaced.
package struct SampleCacheFile: Sendable {
  /// What the samples are.
  package struct Description: Hashable, Sendable {
    /// What they were made from, and how: another source, or another conversion, has another text.
    package let source: String
    /// Of an input.
    package let shape: Shape
    package let element: Field.Element
    /// The number of samples.
    package let count: Int
    /// Where the samples come from, to tell that an older file is of no more use.
    package var origin: Origin?

    package init(source: String, shape: Shape, element: Field.Element, count: Int, origin: Origin? = nil) {
      self.source = source
      self.origin = origin
      self.shape = shape
      self.element = element
      self.count = count
    }

    /// The size of an input in bytes.
    package var sampleSize: Int { shape.count * (element == .uint8 ? 1 : MemoryLayout<Float>.size) }

    fileprivate var text: String {
      let source = SHA256.digest(source).hexadecimal
      return "martlet samples 1\nsource: \(source)\ninputs: \(Field(shape: shape, element: element))\ncount: \(count)\n"
    }

    /// This one as it is before the samples are known.
    func with(_ source: Source) -> Description {
      Description(source: source.text, shape: shape, element: element, count: count, origin: source.origin)
    }
  }

  /// What the samples were made from: its place, and the contents that were there.
  ///
  /// When a file was written, others of the same place and other contents are removed, unless a process uses them: the
  /// source has changed since. Files of the same contents prepared in another way stay.
  package struct Origin: Hashable, Sendable {
    /// The absolute path, and the part or array in it.
    let place: String
    /// Other contents have another text.
    let contents: String

    var text: String {
      [place, contents].map { "\(SHA256.digest($0).hexadecimal)\n" }.joined()
    }
  }

  /// The source of samples, if it is known only once they were decoded.
  struct Source {
    let text: String
    let origin: Origin
  }

  /// The size of the header: the samples start at a page. Its second half is the origin.
  static let headerSize = 4096
  static let descriptionSize = 2048
  static let suffix = ".samples"
  /// The size of a block of samples, about.
  private static let blockSize = 4 << 20

  package let description: Description
  /// The path of the file.
  package let path: String

  /// - Parameter directory: that of all cache files; created if it is missing.
  package init(_ description: Description, in directory: String) {
    self.description = description
    let name = SHA256.digest(description.text).prefix(16).hexadecimal
    path = "\(directory)/\(name)\(Self.suffix)"
  }

  /// The samples, from the file if it is there and valid; else the file is created.
  ///
  /// - Parameters:
  ///   - threads: the number of threads that call `fill`.
  ///   - fill: writes the input of a sample. With one thread it is called in the order of the samples.
  /// - Throws: what `fill` throws, or `FileError`; there is no file then.
  package func inputs(
    threads: Int, _ context: DatasetContext, fill: @Sendable (Int, UnsafeMutableRawPointer) throws -> Void
  ) throws -> MappedInputs {
    if let inputs = open(context) { return inputs }
    try create(threads: threads, context, fill: fill)
    return try openNew(context)
  }

  func openNew(_ context: DatasetContext) throws -> MappedInputs {
    guard let inputs = open(context) else {
      throw DatasetError.damaged(path: path, reason: "corrupt right after it was written")
    }
    return inputs
  }

  // MARK: - Layout

  var samplesPerBlock: Int { max(Self.blockSize / max(description.sampleSize, 1), 1) }
  var blockCount: Int { (description.count + samplesPerBlock - 1) / samplesPerBlock }
  var tableOffset: Int { Self.headerSize + description.count * description.sampleSize }
  var size: Int { tableOffset + blockCount * MemoryLayout<UInt32>.size }

  func samples(ofBlock block: Int) -> Range<Int> {
    block * samplesPerBlock..<min((block + 1) * samplesPerBlock, description.count)
  }

  var header: [UInt8] {
    func padded(_ text: String, to size: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: size - text.utf8.count)
    }
    return padded(description.text, to: Self.descriptionSize)
      + padded(description.origin?.text ?? "", to: Self.headerSize - Self.descriptionSize)
  }

  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }

  // MARK: - Reading

  /// The samples; nil if the file is absent, corrupt, or of other data.
  package func open(_ context: DatasetContext) -> MappedInputs? {
    guard let file = try? MappedFile(path: path, isLocked: true), file.bytes.count == size,
      file.bytes.prefix(Self.descriptionSize).elementsEqual(header.prefix(Self.descriptionSize))
    else { return nil }
    let content = MappedContent(of: file, part: "", byteCount: size, context)
    let inputs = MappedInputs(file: file, offset: Self.headerSize, element: description.element, content: content)
    let verify = { (progress: (Int, Int) -> Void) in isIntact(file.bytes, progress) ? "intact" : "corrupt" }
    let state = content.map { $0.result("samples 1", compute: verify) } ?? verify { _, _ in }
    return state == "intact" ? inputs : nil
  }

  private func isIntact(_ bytes: UnsafeRawBufferPointer, _ progress: (_ done: Int, _ total: Int) -> Void) -> Bool {
    for block in 0..<blockCount {
      let samples = samples(ofBlock: block)
      let start = Self.headerSize + samples.lowerBound * description.sampleSize
      let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + samples.count * description.sampleSize])
      let stored = bytes.loadUnaligned(
        fromByteOffset: tableOffset + block * MemoryLayout<UInt32>.size, as: UInt32.self)
      guard Self.checksum(part) == UInt32(littleEndian: stored) else { return false }
      progress(start + part.count, tableOffset)
    }
    return true
  }
}

extension DatasetContext {
  /// The directory of decoded samples: `decoded` in the cache directory.
  ///
  /// - Throws: `DatasetError.damaged` without a cache directory.
  package func decodedDirectory() throws -> String {
    guard let cacheDirectory else {
      throw DatasetError.damaged(
        path: "cache: disk", reason: "needs a cache directory, but neither HOME nor XDG_CACHE_HOME is set")
    }
    return "\(cacheDirectory)/decoded"
  }
}
