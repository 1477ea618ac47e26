import Dispatch
import DurableFiles
import Synchronization

/// Writing of the cache of samples.
extension SampleCacheFile {
  /// Creates the file; see `inputs`.
  func create(
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
