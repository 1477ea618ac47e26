import CZlib
import DurableFiles

/// The bytes of a file, decompressed if it is a gzip file (RFC 1952), read from start to end in bounded memory.
final class UnpackedStream {
  private static let bufferSize = 1 << 16

  let path: String
  private let file: FileReader
  /// The bytes of the file that were read, but not consumed: `stream.next_in`, `stream.avail_in`.
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
  /// At a fixed address, which zlib's state refers to.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let isGzip: Bool
  private var isAtEnd = false

  /// - Throws: `FileError`, `DatasetError.damaged`.
  init(path: String) throws {
    self.path = path
    file = try FileReader(path: path)
    stream.initialize(to: z_stream())
    let count = try file.read(into: input)
    isGzip = input[..<count].starts(with: [0x1f, 0x8b])
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    // 15 + 16: the largest window, and gzip's framing only.
    if isGzip, inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) != Z_OK {
      throw DatasetError.damaged(path: path, reason: "zlib could not be started")
    }
  }

  deinit {
    if isGzip { inflateEnd(stream) }
    stream.deallocate()
    input.deallocate()
  }

  /// Reads the next bytes.
  ///
  /// - Returns: the number of bytes: less than the size of `buffer` only at the end.
  /// - Throws: `FileError`, `DatasetError.damaged`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    while count < buffer.count, !isAtEnd {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      count += try isGzip ? inflate(into: rest) : copy(into: rest)
    }
    return count
  }

  private func copy(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try refill(keeping: 0)
    let count = min(buffer.count, Int(stream.pointee.avail_in))
    if count == 0 { isAtEnd = true }
    if let next = stream.pointee.next_in { buffer.copyMemory(from: UnsafeRawBufferPointer(start: next, count: count)) }
    consume(count)
    return count
  }

  /// Decompresses some of the input.
  private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try refill(keeping: 0)
    let wanted = min(buffer.count, Int(Int32.max))
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(wanted)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    if status == Z_STREAM_END {
      // Another member may follow; anything else after the end is padding.
      try refill(keeping: 1)
      let hasNext =
        stream.pointee.avail_in >= 2 && stream.pointee.next_in[0] == 0x1f && stream.pointee.next_in[1] == 0x8b
      isAtEnd = !hasNext || inflateReset(stream) != Z_OK
    } else if status != Z_OK {
      let isTruncated = status == Z_BUF_ERROR && stream.pointee.avail_in == 0
      throw DatasetError.damaged(path: path, reason: isTruncated ? "truncated gzip data" : "corrupt gzip data")
    }
    return wanted - Int(stream.pointee.avail_out)
  }

  private func consume(_ count: Int) {
    stream.pointee.next_in += count
    stream.pointee.avail_in -= UInt32(count)
  }

  /// Reads more of the file if at most `kept` bytes are left.
  private func refill(keeping kept: Int) throws {
    let left = Int(stream.pointee.avail_in)
    guard left <= kept, let start = input.baseAddress else { return }
    if left > 0, let next = stream.pointee.next_in { start.copyMemory(from: next, byteCount: left) }
    let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: input[left...]))
    stream.pointee.next_in = start.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(left + count)
  }
}
