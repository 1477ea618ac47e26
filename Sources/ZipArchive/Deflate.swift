import CZlib

/// Unpacks what deflate packed.
package enum Deflate {
  /// Deflate packs at most 1032 to 1 (zlib's documentation).
  package static let ratio = 1032

  /// Whether so many packed bytes can become `count`.
  package static func canHold(_ count: Int, packed: Int) -> Bool { count <= packed * ratio + 16 }

  /// What stands around the packed data.
  package enum Framing: Int32 {
    /// Nothing: in zip archives.
    case none = -15
    /// zlib's header and checksum: in HDF5 files.
    case zlib = 15
  }

  /// The `count` bytes that `packed` is said to hold; nil if it is damaged, or holds more or fewer.
  ///
  /// Nothing is allocated that it could not hold.
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
    // One byte more than promised, to see that nothing follows.
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
