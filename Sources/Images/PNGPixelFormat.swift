/// Expands the rows of a PNG file to 8 bits per channel.
struct PNGPixelFormat {
  /// Of the expanded pixels.
  let channels: Int
  private let samples: Int
  private let bitDepth: Int
  /// (entries, channels); empty if the samples are the colors.
  private var colors: [UInt8] = []
  private var isPalette: Bool
  /// The samples of the color that is transparent, at full depth.
  private var transparentColor: [Int] = []

  init(_ file: PNGFile, withAlpha: Bool) {
    channels = file.channels(withAlpha: withAlpha)
    samples = file.header.samplesPerPixel
    bitDepth = file.header.bitDepth
    isPalette = file.header.colorType == .palette
    let transparency = withAlpha ? file.transparency : nil
    if isPalette {
      for entry in 0..<file.palette.count / 3 {
        colors += file.palette[entry * 3..<entry * 3 + 3]
        if let transparency { colors.append(entry < transparency.count ? transparency[entry] : 255) }
      }
    } else if let transparency {
      // Only the low bits count.
      let mask = 1 << bitDepth - 1
      transparentColor = (0..<samples).map {
        (Int(transparency[2 * $0]) << 8 | Int(transparency[2 * $0 + 1])) & mask
      }
    }
  }

  /// Expands a row.
  ///
  /// - Parameters:
  ///   - row: the samples, without filter.
  ///   - width: pixels in the row.
  ///   - target: where the first pixel belongs.
  ///   - step: pixels from one to the next in the target.
  /// - Returns: Whether all indices are in the palette.
  func expand(_ row: UnsafePointer<UInt8>, _ width: Int, into target: UnsafeMutablePointer<UInt8>, step: Int) -> Bool {
    if isPalette { return expandIndices(row, width, into: target, step: step) }
    if bitDepth == 8, step == 1, transparentColor.isEmpty {
      target.update(from: row, count: width * samples)
      return true
    }
    var pixel = target
    for column in 0..<width {
      for sample in 0..<samples { pixel[sample] = byte(row, column * samples + sample) }
      if !transparentColor.isEmpty { pixel[samples] = isTransparent(row, column) ? 0 : 255 }
      pixel += step * channels
    }
    return true
  }

  private func expandIndices(
    _ row: UnsafePointer<UInt8>, _ width: Int, into target: UnsafeMutablePointer<UInt8>, step: Int
  ) -> Bool {
    colors.withUnsafeBufferPointer { colors in
      var pixel = target
      for column in 0..<width {
        let color = value(row, column) * channels
        guard color < colors.count else { return false }
        for channel in 0..<channels { pixel[channel] = colors[color + channel] }
        pixel += step * channels
      }
      return true
    }
  }

  /// A sample at full depth.
  @inline(__always)
  private func value(_ row: UnsafePointer<UInt8>, _ index: Int) -> Int {
    switch bitDepth {
    case 8: return Int(row[index])
    case 16: return Int(row[2 * index]) << 8 | Int(row[2 * index + 1])
    default:
      let bit = index * bitDepth
      return Int(row[bit >> 3]) >> (8 - bitDepth - bit & 7) & (1 << bitDepth - 1)
    }
  }

  /// A sample as a byte.
  @inline(__always)
  private func byte(_ row: UnsafePointer<UInt8>, _ index: Int) -> UInt8 {
    switch bitDepth {
    case 8: row[index]
    case 16: row[2 * index]
    case 4: UInt8(value(row, index) * 0x11)
    case 2: UInt8(value(row, index) * 0x55)
    default: UInt8(value(row, index) * 0xff)
    }
  }

  private func isTransparent(_ row: UnsafePointer<UInt8>, _ column: Int) -> Bool {
    for sample in 0..<samples where value(row, column * samples + sample) != transparentColor[sample] { return false }
    return true
  }
}
