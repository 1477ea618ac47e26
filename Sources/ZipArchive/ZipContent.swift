import CZlib
import DurableFiles

/// The compressed bytes of a member of a zip archive.
package struct ZipContent: Sendable {
  /// The path of the archive.
  package let path: String
  /// The name of the member.
  package let name: String
  /// The archive, and the compressed bytes in it.
  package let bytes: FileBytes
  package let range: Range<Int>
  /// Whether they are deflated; else they are the contents themselves.
  package let isDeflated: Bool
  /// The size of the contents in bytes.
  package let count: Int
  /// The CRC-32 of the contents.
  let checksum: UInt32

  /// Compares the contents with their checksum.
  ///
  /// - Parameter progress: called with the bytes read so far, and their total.
  /// - Throws: `ZipError`.
  package func verify(_ progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws {
    var reader = ZipContentReader(self)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(max(count, 1), 4 << 20), alignment: 16)
    defer { buffer.deallocate() }
    while reader.position < count {
      let size = min(buffer.count, count - reader.position)
      try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
      progress(reader.position, count)
    }
    try reader.finish()
  }

  fileprivate func error(_ problem: ZipError.Problem) -> ZipError { ZipError(file: path, problem: problem) }

  fileprivate var sizeMismatch: ZipError {
    error(.malformed(reason: "the member '\(name)' does not have its declared size of \(count) bytes"))
  }
}

/// Reads the contents of a member from start to end, with bounded memory.
package struct ZipContentReader: ~Copyable {
  private let content: ZipContent
  /// The number of bytes read so far.
  package private(set) var position = 0
  private var checksum: UInt = 0
  /// The position in the compressed bytes.
  private var packed: Int
  /// At a stable address, which zlib remembers; nil if the contents are not compressed.
  private let stream: UnsafeMutablePointer<z_stream>?

  package init(_ content: ZipContent) {
    self.content = content
    packed = content.range.lowerBound
    guard content.isDeflated else {
      stream = nil
      return
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    inflateInit2_(stream, Deflate.Framing.none.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    self.stream = stream
  }

  deinit {
    guard let stream else { return }
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Reads the next bytes.
  ///
  /// - Throws: `ZipError` if the contents are corrupt, or end too early.
  package mutating func read(into target: UnsafeMutableRawBufferPointer) throws {
    guard target.count > 0 else { return }
    guard target.count <= content.count - position else { throw content.sizeMismatch }
    if stream == nil {
      content.bytes.withUnsafeBytes(packed..<packed + target.count) { target.copyMemory(from: $0) }
      packed += target.count
    } else {
      var written = 0
      while written < target.count { written += try inflate(into: target, from: written) }
    }
    position += target.count
    checksum = crc32_z(checksum, target.baseAddress?.assumingMemoryBound(to: UInt8.self), target.count)
  }

  /// Inflates at least one byte.
  private mutating func inflate(into target: UnsafeMutableRawBufferPointer, from start: Int) throws -> Int {
    guard let stream, let base = target.baseAddress else { return 0 }
    let most = min(target.count - start, 1 << 30)
    let source = packed..<min(content.range.upperBound, packed + 1 << 30)
    let (status, used, made) = content.bytes.withUnsafeBytes(source) { bytes in
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
      stream.pointee.avail_in = UInt32(bytes.count)
      stream.pointee.next_out = (base + start).assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(most)
      let status = CZlib.inflate(stream, Z_NO_FLUSH)
      return (status, bytes.count - Int(stream.pointee.avail_in), most - Int(stream.pointee.avail_out))
    }
    packed += used
    guard status == Z_OK || status == Z_STREAM_END, made > 0 else { throw content.sizeMismatch }
    return made
  }

  /// Compares what was read with the checksum.
  ///
  /// - Throws: `ZipError`, also if not everything was read.
  package func finish() throws {
    guard position == content.count else { throw content.sizeMismatch }
    guard UInt32(truncatingIfNeeded: checksum) == content.checksum else {
      throw content.error(.checksumMismatch(member: content.name))
    }
  }
}
