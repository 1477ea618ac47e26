import CHDF5

extension HDF5Place {
  /// The most bytes of text that are read at a time.
  private static let largestText = 64 << 20
  /// The most texts that are read at a time.
  private static let mostTexts = 1 << 16

  /// Reads texts, of fixed or of any length, whatever their padding.
  ///
  /// - Parameters:
  ///   - type, space: of what is read; both are closed.
  ///   - read: reads the values of the type it is given into a buffer, and returns the library's status.
  func readStrings(type: hid_t, space: hid_t, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t) throws -> [String] {
    try with(type, close: H5Tclose, "read the type") { type in
      let dimensions = try dimensions(space)
      guard H5Tget_class(type) == H5T_STRING else {
        throw error(.unexpected(expected: "text", found: H5Tget_class(type).wording))
      }
      let size = H5Tget_size(type)
      let count = try count(dimensions, maximum: min(Self.largestText / max(size, 1), Self.mostTexts))
      return try H5Tis_variable_str(type) > 0
        ? readVariable(type, count, dimensions, read) : readFixed(type, size: size, count, read)
    }
  }

  private func readFixed(
    _ type: hid_t, size: Int, _ count: Int, _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws -> [String] {
    var bytes = [UInt8](repeating: 0, count: max(size * count, 1))
    let status = bytes.withUnsafeMutableBytes { buffer in buffer.baseAddress.map { read(type, $0) } ?? -1 }
    _ = try check(status, "read the text")
    let padding: UInt8 = H5Tget_strpad(type) == H5T_STR_SPACEPAD ? 32 : 0
    return (0..<count).map { index in
      var text = bytes[index * size..<(index + 1) * size]
      if let end = text.firstIndex(of: 0) { text = text[..<end] }
      while padding == 32, text.last == 32 { text.removeLast() }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private func readVariable(
    _ type: hid_t, _ count: Int, _ dimensions: [Int], _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
  ) throws -> [String] {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: max(count, 1))
    // The library allocates the texts, and frees them on request.
    return try pointers.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return [] }
      _ = try check(read(type, start), "read the text")
      defer {
        try? withSpace(dimensions) { _ = H5Dvlen_reclaim(type, $0, martlet_hdf5_default_properties(), start) }
      }
      return buffer.bindMemory(to: UnsafeMutablePointer<CChar>?.self).prefix(count).map { text in
        text.map { String(cString: $0) } ?? ""
      }
    }
  }
}
