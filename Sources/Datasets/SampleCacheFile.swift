import CZlib
import Crypto
import Dispatch
import DurableFiles
import Synchronization
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
      let source = SHA256.hash(data: Array(source.utf8)).hexadecimal
      return "martlet samples 1\nsource: \(source)\ninputs: \(Field(shape: shape, element: element))\ncount: \(count)\n"
    }

    /// This one as it is before the samples are known.
    fileprivate func with(_ source: Source) -> Description {
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

    fileprivate var text: String {
      [place, contents].map { "\(SHA256.hash(data: Array($0.utf8)).hexadecimal)\n" }.joined()
    }
  }

  /// The source of samples, if it is known only once they were decoded.
  struct Source {
    let text: String
    let origin: Origin
  }

  /// The size of the header: the samples start at a page. Its second half is the origin.
  private static let headerSize = 4096
  private static let descriptionSize = 2048
  private static let suffix = ".samples"
  /// The size of a block of samples, about.
  private static let blockSize = 4 << 20

  package let description: Description
  /// The path of the file.
  package let path: String

  /// - Parameter directory: that of all cache files; created if it is missing.
  package init(_ description: Description, in directory: String) {
    self.description = description
    let name = SHA256.hash(data: Array(description.text.utf8)).prefix(16).hexadecimal
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

  private func openNew(_ context: DatasetContext) throws -> MappedInputs {
    guard let inputs = open(context) else {
      throw DatasetError.damaged(path: path, reason: "corrupt right after it was written")
    }
    return inputs
  }

  // MARK: - Layout

  private var samplesPerBlock: Int { max(Self.blockSize / max(description.sampleSize, 1), 1) }
  private var blockCount: Int { (description.count + samplesPerBlock - 1) / samplesPerBlock }
  private var tableOffset: Int { Self.headerSize + description.count * description.sampleSize }
  private var size: Int { tableOffset + blockCount * MemoryLayout<UInt32>.size }

  private func samples(ofBlock block: Int) -> Range<Int> {
    block * samplesPerBlock..<min((block + 1) * samplesPerBlock, description.count)
  }

  private var header: [UInt8] {
    func padded(_ text: String, to size: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: size - text.utf8.count)
    }
    return padded(description.text, to: Self.descriptionSize)
      + padded(description.origin?.text ?? "", to: Self.headerSize - Self.descriptionSize)
  }

  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
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

  // MARK: - Writing

  private func create(
    threads: Int, _ context: DatasetContext, fill: @Sendable (Int, UnsafeMutableRawPointer) throws -> Void
  ) throws {
    try Self.inDirectory(of: path) {
      try AtomicFile.create(path, size: size) { writer in
        try header.withUnsafeBytes { try writer.write($0, at: 0) }
        try writeSamples(writer, threads: threads, context, fill: fill)
      }
    }
    removeOutdated()
  }

  /// Creates a file whose name depends on the samples, and is known once all of them were written.
  ///
  /// - Parameters:
  ///   - description: with any source.
  ///   - source: the source; nil if the samples cannot be used: then there is no file.
  /// - Returns: the samples; nil if they cannot be used.
  /// - Throws: as `inputs`.
  static func create(
    _ description: Description, in directory: String, threads: Int, _ context: DatasetContext,
    fill: @Sendable (Int, UnsafeMutableRawPointer) throws -> Void, source: () -> Source?
  ) throws -> MappedInputs? {
    let unnamed = SampleCacheFile(description, in: directory)
    var file: SampleCacheFile?
    var known: MappedInputs?
    try inDirectory(of: unnamed.path) {
      try AtomicFile.create(in: directory, size: unnamed.size) { writer in
        try unnamed.writeSamples(writer, threads: threads, context, fill: fill)
        guard let source = source() else { return nil }
        let named = SampleCacheFile(description.with(source), in: directory)
        file = named
        known = named.open(context)
        guard known == nil else { return nil }
        try named.header.withUnsafeBytes { try writer.write($0, at: 0) }
        return named.path.split(separator: "/").last.map(String.init)
      }
    }
    guard let file else { return nil }
    if let known { return known }
    file.removeOutdated()
    return try file.openNew(context)
  }

  /// Creates the directory, and adds advice to an error of writing to it.
  private static func inDirectory(of path: String, _ body: () throws -> Void) throws {
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    do {
      try AtomicFile.createDirectory(directory)
      try body()
    } catch let error as FileError where error.path == directory || error.path.hasPrefix("\(directory)/") {
      throw DatasetError.cacheUnwritable(error)
    }
  }

  /// Removes the files of the same place with other contents that no process uses.
  private func removeOutdated() {
    guard let origin = description.origin, let end = path.lastIndex(of: "/") else { return }
    let directory = String(path[..<end])
    let lines = origin.text.utf8.split(separator: UInt8(ascii: "\n")).map(Array.init)
    for name in (try? AtomicFile.names(in: directory)) ?? [] where name.hasSuffix(Self.suffix) {
      let other = "\(directory)/\(name)"
      guard other != path, let header = AtomicFile.start(of: other, count: Self.headerSize),
        header.count == Self.headerSize
      else { continue }
      let found = header[Self.descriptionSize...].prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n"))
      guard found.count == lines.count, found[0].elementsEqual(lines[0]), !found[1].elementsEqual(lines[1]) else {
        continue
      }
      AtomicFile.removeIfUnused(other)
    }
  }

  private func writeSamples(
    _ writer: BlockWriter, threads: Int, _ context: DatasetContext,
    fill: @Sendable (Int, UnsafeMutableRawPointer) throws -> Void
  ) throws {
    let state = Mutex((next: 0, done: 0, failure: nil as (block: Int, error: any Error)?))
    DispatchQueue.concurrentPerform(iterations: max(min(threads, blockCount), 1)) { _ in
      let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: samplesPerBlock * description.sampleSize, alignment: 64)
      defer { buffer.deallocate() }
      while let block = state.withLock({ next(&$0) }) {
        do {
          try write(block, buffer, to: writer, fill: fill)
          state.withLock { report(&$0.done, context) }
        } catch {
          // The error of the first block, whatever the threads did first.
          state.withLock { if block < $0.failure?.block ?? .max { $0.failure = (block, error) } }
        }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
  }

  private func next(_ state: inout (next: Int, done: Int, failure: (block: Int, error: any Error)?)) -> Int? {
    guard state.failure == nil, state.next < blockCount else { return nil }
    defer { state.next += 1 }
    return state.next
  }

  private func report(_ done: inout Int, _ context: DatasetContext) {
    done += 1
    guard size >= 1 << 28 else { return }
    if done * 100 / blockCount != (done - 1) * 100 / blockCount {
      context.progress(done == blockCount ? "" : "writing \(path): \(done * 100 / blockCount) %")
    }
  }

  private func write(
    _ block: Int, _ buffer: UnsafeMutableRawBufferPointer, to writer: BlockWriter,
    fill: (Int, UnsafeMutableRawPointer) throws -> Void
  ) throws {
    let samples = samples(ofBlock: block)
    for (position, sample) in samples.enumerated() {
      guard let start = buffer.baseAddress else { return }
      try fill(sample, start + position * description.sampleSize)
    }
    let content = UnsafeRawBufferPointer(rebasing: buffer[..<(samples.count * description.sampleSize)])
    try writer.write(content, at: Self.headerSize + samples.lowerBound * description.sampleSize)
    try withUnsafeBytes(of: Self.checksum(content).littleEndian) {
      try writer.write($0, at: tableOffset + block * MemoryLayout<UInt32>.size)
    }
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
