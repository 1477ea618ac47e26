import CZlib

/// A decompressor for deflate data.
package enum Deflate {
  /// The maximum compression ratio of deflate, 1032 to 1 (zlib's documentation).
  package static let ratio = 1032

  /// Whether this number of compressed bytes can decompress to `count`.
  package static func canHold(_ count: Int, packed: Int) -> Bool {
    let (most, overflow) = packed.multipliedReportingOverflow(by: ratio)
    return overflow || count - 16 <= most
  }

  /// The framing of the compressed data.
  package enum Framing: Int32 {
    /// None, as in zip archives.
    case none = -15
    /// zlib's header and checksum, as in HDF5 files.
    case zlib = 15
  }

  /// Decompresses exactly `count` bytes; nil if the data is corrupt, or has another size.
  ///
  /// Nothing is allocated that the data could not fill.
  package static func inflated(_ packed: ArraySlice<UInt8>, count: Int, framing: Framing) -> [UInt8]? {
    guard canHold(count, packed: packed.count), packed.count <= Int(UInt32.max), count < Int(UInt32.max) else {
      return nil
    }
    var stream = z_stream()
    guard inflateInit2_(&stream, framing.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var status = Z_OK
    // One additional byte, to detect excess data.
    let content = [UInt8](unsafeUninitializedCapacity: count + 1) { target, written in
      packed.withUnsafeBufferPointer { source in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(count + 1)
        status = CZlib.inflate(&stream, Z_FINISH)
        written = count + 1 - Int(stream.avail_out)
      }
    }
    return status == Z_STREAM_END && content.count == count ? content : nil
  }
}
