import CZlib
import SystemResources

/// A decompressor for gzip files (RFC 1952).
enum GzipReader {
  /// The maximum compression ratio of gzip (zlib's documentation).
  static let largestRatio = 1032

  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// Decompresses `bytes` to the size declared in the decompressed header, plus one byte if there are more.
  ///
  /// Memory grows with the actual output: a forged header cannot make it grow.
  ///
  /// - Parameters:
  ///   - headerCount: the number of decompressed bytes that `expected` needs.
  ///   - expected: the total size, given the first `headerCount` bytes, or fewer if there are no more.
  /// - Throws: `DatasetError.damaged`.
  static func unpack(
    _ bytes: [UInt8], path: String, headerCount: Int, expected: ([UInt8]) throws -> Int
  ) throws -> [UInt8] {
    var stream = z_stream()
    // 15 + 16: the largest window, and gzip's framing only.
    guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DatasetError.damaged(path: path, reason: "zlib could not be started")
    }
    defer { inflateEnd(&stream) }
    let source = GzipSource(bytes: bytes, path: path)
    let header = try source.inflate(&stream, count: headerCount)
    let count = try expected(header)
    try checkRatio(count, packed: bytes.count, path: path)
    guard Memory.canHold(count) else {
      throw DatasetError.damaged(
        path: path,
        reason: "the \(count) bytes in it do not fit in memory; set data.cache: disk, or unpack it to be mapped")
    }
    let body = try source.inflate(&stream, count: max(count - header.count, 0) + 1, after: header)
    return body
  }

  /// - Throws: `DatasetError.damaged` if compressed bytes cannot contain as many as a header declares.
  static func checkRatio(_ count: Int, packed: Int, path: String) throws {
    guard count <= packed * largestRatio + 16 else {
      throw DatasetError.damaged(
        path: path, reason: "its header declares \(count) bytes, more than \(packed) compressed bytes can contain")
    }
  }
}

extension GzipReader {
  /// Decompresses a whole file of unknown size.
  ///
  /// - Throws: `DatasetError.damaged`.
  static func unpackAll(_ bytes: [UInt8], path: String, atMost limit: Int) throws -> [UInt8] {
    guard isGzip(bytes) else { throw DatasetError.damaged(path: path, reason: "not a gzip file") }
    var stream = z_stream()
    guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DatasetError.damaged(path: path, reason: "zlib could not be started")
    }
    defer { inflateEnd(&stream) }
    let source = GzipSource(bytes: bytes, path: path)
    var content: [UInt8] = []
    while true {
      let part = try source.inflate(&stream, count: 1 << 20)
      content += part
      guard content.count <= limit else {
        throw DatasetError.damaged(path: path, reason: "it decompresses to more than \(limit) bytes")
      }
      if part.count < 1 << 20 { return content }
    }
  }
}

/// The compressed bytes and the read position.
private final class GzipSource {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var isAtEnd = false

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// Decompresses `count` bytes, or fewer if the file ends earlier, appended to `before`.
  func inflate(_ stream: inout z_stream, count: Int, after before: [UInt8] = []) throws -> [UInt8] {
    var failure: DatasetError?
    let result = [UInt8](unsafeUninitializedCapacity: before.count + count) { buffer, initializedCount in
      guard let start = buffer.baseAddress else { return }
      start.initialize(from: before, count: before.count)
      initializedCount = before.count
      do throws(DatasetError) {
        initializedCount += try fill(&stream, start + before.count, count)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return result
  }

  private func fill(_ stream: inout z_stream, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) throws(DatasetError)
    -> Int
  {
    var written = 0
    while written < count, !isAtEnd {
      let (status, consumed, produced) = step(&stream, target + written, count - written)
      position += consumed
      written += produced
      if status == Z_STREAM_END {
        // Another member may follow; anything else after the end is padding.
        isAtEnd = !bytes[position...].starts(with: [0x1f, 0x8b]) || inflateReset(&stream) != Z_OK
      } else if status != Z_OK {
        let reason =
          status == Z_BUF_ERROR && position == bytes.count ? "truncated gzip data" : "corrupt gzip data"
        throw DatasetError.damaged(path: path, reason: reason)
      }
    }
    return written
  }

  private func step(_ stream: inout z_stream, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> (
    status: Int32, consumed: Int, produced: Int
  ) {
    bytes.withUnsafeBufferPointer { source in
      let available = min(source.count - position, Int(Int32.max))
      let wanted = min(count, Int(Int32.max))
      stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + position })
      stream.avail_in = UInt32(available)
      stream.next_out = target
      stream.avail_out = UInt32(wanted)
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      return (status, available - Int(stream.avail_in), wanted - Int(stream.avail_out))
    }
  }
}
