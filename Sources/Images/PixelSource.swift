/// The pixels of an image, or a part of one, that are resized.
struct PixelSource {
  let start: UnsafePointer<UInt8>
  let height: Int, width: Int, channels: Int
  /// Bytes from one row to the next.
  let rowStride: Int

  func row(_ index: Int) -> UnsafePointer<UInt8> { start + index * rowStride }

  /// Calls `body` with the number of channels, once for each number that is usual: its loops over channels are unrolled.
  @inline(__always)
  func withConstantChannels(_ body: (Int) -> Void) {
    switch channels {
    case 1: body(1)
    case 3: body(3)
    case 4: body(4)
    default: body(channels)
    }
  }

  /// Writes the values of all pixels.
  func copy(into floats: UnsafeMutablePointer<Float>) {
    let count = width * channels
    for row in 0..<height {
      let (source, target) = (self.row(row), floats + row * count)
      for index in 0..<count { target[index] = Float(source[index]) }
    }
  }
}
