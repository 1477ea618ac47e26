/// The markers of a JPEG file (ITU-T T.81, annex B) in front of its pixels.
struct JPEGFile {
  let bytes: [UInt8]
  let height: Int, width: Int
  /// 1 (gray), 3 (YCbCr or RGB) or 4 (CMYK or YCCK).
  let components: Int
  let orientation: ImageOrientation

  /// Reads the markers up to the first scan.
  init(_ bytes: [UInt8]) throws(ImageError) {
    var markers = JPEGMarkers(bytes)
    var frame: JPEGFrame?
    var exif: ArraySlice<UInt8>?
    loop: while true {
      let (marker, segment) = try markers.next()
      switch marker {
      case 0xc4, 0xc8, 0xcc: continue  // Tables: in the range of the frames.
      case 0xc0...0xcf, 0xf7:
        // The first frame is that of the picture; libjpeg refuses a second one.
        if frame == nil { frame = try JPEGFrame(marker, segment) }
      case 0xe1:
        if exif == nil, segment.starts(with: ImageOrientation.exifMark) { exif = segment }
      case 0xda: break loop
      case 0xd9: throw .corrupt(.jpeg, "it ends before its pixels")
      default: continue
      }
    }
    guard let frame else { throw .corrupt(.jpeg, "its pixels come before their size") }
    try ImageDecoder.checkSize(height: frame.height, width: frame.width, channels: frame.components.count)
    try frame.checkBlockCount(fileSize: bytes.count)
    self.bytes = bytes
    (height, width, components) = (frame.height, frame.width, frame.components.count)
    orientation = exif.map { ImageOrientation(exif: $0) } ?? .upright
  }

  var imageHeader: ImageHeader {
    let turned = orientation.exchangesAxes
    return ImageHeader(
      format: .jpeg, height: turned ? width : height, width: turned ? height : width, channels: components,
      bitsPerSample: 8, orientation: orientation)
  }
}

/// The marker segments of a JPEG file, one after the other.
struct JPEGMarkers {
  private let bytes: [UInt8]
  private var offset = 2

  /// - Parameter bytes: start with the marker "start of image".
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next marker's code, and its segment without the length.
  mutating func next() throws(ImageError) -> (marker: UInt8, segment: ArraySlice<UInt8>) {
    var marker: UInt8 = 0
    // As libjpeg, skip bytes that do not belong to a marker, fill bytes, and 0xff followed by 0.
    while marker == 0 {
      while offset < bytes.count, bytes[offset] != 0xff { offset += 1 }
      while offset < bytes.count, bytes[offset] == 0xff { offset += 1 }
      guard offset < bytes.count else { throw .truncated(.jpeg, "before its pixels") }
      marker = bytes[offset]
      offset += 1
    }
    // These have no segment.
    if marker == 0x01 || (0xd0...0xd9).contains(marker) { return (marker, []) }
    guard offset + 2 <= bytes.count else { throw .truncated(.jpeg, "before its pixels") }
    let count = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    guard count >= 2 else { throw .corrupt(.jpeg, "a segment has a length of \(count)") }
    guard offset + count <= bytes.count else { throw .truncated(.jpeg, "before its pixels") }
    defer { offset += count }
    return (marker, bytes[offset + 2..<offset + count])
  }
}
