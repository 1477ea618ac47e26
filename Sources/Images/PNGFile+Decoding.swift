import CZlib

extension PNGFile {
  /// Decodes the pixels as stored, 8 bits per channel.
  ///
  /// - Parameter withAlpha: whether transparent colors become an alpha channel.
  func decode(withAlpha: Bool) throws(ImageError) -> DecodedImage {
    var rows = try filteredRows()
    let format = PNGPixelFormat(self, withAlpha: withAlpha)
    var pixels = [UInt8](repeating: 0, count: header.height * header.width * format.channels)
    try rows.withUnsafeMutableBufferPointer { (rows) throws(ImageError) in
      try pixels.withUnsafeMutableBufferPointer { (pixels) throws(ImageError) in
        guard var row = rows.baseAddress, let target = pixels.baseAddress else { return }
        for pass in header.passes { try decode(pass, &row, format, into: target) }
      }
    }
    return DecodedImage(height: header.height, width: header.width, channels: format.channels, pixels: pixels)
  }

  /// - Parameter row: the first filtered row of the pass; then of the next pass.
  private func decode(
    _ pass: PNGPass, _ row: inout UnsafeMutablePointer<UInt8>, _ format: PNGPixelFormat,
    into target: UnsafeMutablePointer<UInt8>
  ) throws(ImageError) {
    let count = header.rowByteCount(width: pass.width)
    let distance = max(1, header.samplesPerPixel * header.bitDepth / 8)
    var above: UnsafePointer<UInt8>?
    for index in 0..<pass.height {
      let filter = row[0]
      let content = row + 1
      guard PNGFilter.undo(filter, content, above: above, count: count, distance: distance) else {
        throw .corrupt(.png, "a row has the filter type \(filter)")
      }
      let first = (pass.firstRow + index * pass.rowStep) * header.width + pass.firstColumn
      let isValid = format.expand(content, pass.width, into: target + first * format.channels, step: pass.columnStep)
      guard isValid else { throw .corrupt(.png, "a pixel is not in the palette of \(palette.count / 3) colors") }
      above = UnsafePointer(content)
      row += 1 + count
    }
  }

  /// Decompresses the rows of all passes, each preceded by its filter type.
  private func filteredRows() throws(ImageError) -> [UInt8] {
    let expected = header.filteredByteCount
    // One byte more, to see whether there is more than the header declares.
    var rows = [UInt8](repeating: 0, count: expected + 1)
    var stream = z_stream()
    guard inflateInit_(&stream, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw ImageError("needs more memory than is available.")
    }
    defer { inflateEnd(&stream) }
    var status = Z_OK
    try rows.withUnsafeMutableBufferPointer { (rows) throws(ImageError) in
      stream.next_out = rows.baseAddress
      stream.avail_out = uInt(rows.count)
      for chunk in pixelChunks {
        try chunk.check()
        guard status == Z_OK else { continue }
        status = chunk.content.withUnsafeBufferPointer { content in
          guard let start = content.baseAddress, !content.isEmpty else { return Z_OK }
          stream.next_in = UnsafeMutablePointer(mutating: start)
          stream.avail_in = uInt(content.count)
          return inflate(&stream, Z_NO_FLUSH)
        }
      }
    }
    let count = expected + 1 - Int(stream.avail_out)
    guard count <= expected else { throw .corrupt(.png, "it has more pixels than its header declares") }
    guard status == Z_STREAM_END else {
      throw .corrupt(.png, "its compressed pixels are \(status == Z_OK ? "incomplete" : "damaged")")
    }
    guard count == expected else {
      throw .corrupt(.png, "it has \(count) bytes of pixels, and its header declares \(expected)")
    }
    return rows
  }
}
