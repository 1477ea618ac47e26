extension DecodedImage {
  /// The image with the channels of a color mode, as Pillow's `convert("L" | "RGB" | "RGBA")`.
  func converted(to mode: ColorMode) -> DecodedImage {
    guard channels != mode.channels else { return self }
    let pixelCount = height * width
    let (from, to) = (channels, mode.channels)
    let converted = [UInt8](unsafeUninitializedCapacity: pixelCount * to) { target, count in
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        let isGray = from < 3
        let alpha = from == 2 ? 1 : from == 4 ? 3 : nil
        for pixel in 0..<pixelCount {
          let (read, written) = (source + pixel * from, target + pixel * to)
          if to == 1 {
            written[0] = isGray ? read[0] : Self.luma(read)
            continue
          }
          written[0] = read[0]
          written[1] = read[isGray ? 0 : 1]
          written[2] = read[isGray ? 0 : 2]
          if to == 4 { written[3] = alpha.map { read[$0] } ?? 255 }
        }
      }
      count = pixelCount * to
    }
    return DecodedImage(height: height, width: width, channels: to, pixels: converted)
  }

  /// The gray of a color: ITU-R 601-2 luma in 16-bit fixed point, as Pillow computes it.
  @inline(__always)
  private static func luma(_ color: UnsafePointer<UInt8>) -> UInt8 {
    UInt8(truncatingIfNeeded: (Int(color[0]) * 19595 + Int(color[1]) * 38470 + Int(color[2]) * 7471 + 0x8000) >> 16)
  }

  /// The RGB image of inverted CMYK pixels, as Adobe's programs store them in JPEG files.
  ///
  /// Pillow's formula: with k = 255 - K, R = k - k C / 255, rounded.
  static func ofInvertedCMYK(_ inks: [UInt8], height: Int, width: Int) -> DecodedImage {
    let pixelCount = height * width
    let pixels = [UInt8](unsafeUninitializedCapacity: pixelCount * 3) { target, count in
      for pixel in 0..<pixelCount {
        let light = Int(inks[pixel * 4 + 3])
        for channel in 0..<3 {
          let product = light * (255 - Int(inks[pixel * 4 + channel])) + 128
          let absorbed = ((product >> 8) + product) >> 8
          target[pixel * 3 + channel] = UInt8(max(0, light - absorbed))
        }
      }
      count = pixelCount * 3
    }
    return DecodedImage(height: height, width: width, channels: 3, pixels: pixels)
  }
}
