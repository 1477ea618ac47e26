import DurableFiles
import Images

extension PNGImage {
  /// Writes the image to a file, atomically.
  ///
  /// - Throws: `FileError`.
  package func write(to path: String) throws { try AtomicFile.write(encoded, to: path) }
}

extension Dataset {
  /// The number of columns of a contact sheet of `count` samples.
  package static func contactSheetColumns(_ count: Int) -> Int { Int(Double(count).squareRoot().rounded(.up)) }

  /// An image of `count` samples from `first` on, in an approximately square grid with separating lines.
  ///
  /// - Precondition: the samples are in the data set, and are images (`isDrawable`).
  package func contactSheet(first: Int, count: Int) throws -> PNGImage {
    precondition(count > 0 && first >= 0 && first + count <= self.count, "no samples \(first)..<\(first + count)")
    guard let size = shape.image else { preconditionFailure("'\(name)' has no images") }
    let columns = Self.contactSheetColumns(count)
    let rows = (count + columns - 1) / columns
    let gap = count == 1 ? 0 : 1
    let (cellHeight, cellWidth) = (size.height + gap, size.width + gap)
    let (height, width) = (rows * cellHeight - gap, columns * cellWidth - gap)
    var pixels = [UInt8](repeating: 96, count: height * width * size.channels)
    for index in 0..<count {
      let image = try self.pixels(first + index)
      for row in 0..<size.height {
        let source = row * size.width * size.channels
        let target = ((index / columns * cellHeight + row) * width + index % columns * cellWidth) * size.channels
        pixels.replaceSubrange(
          target..<target + size.width * size.channels, with: image[source..<source + size.width * size.channels])
      }
    }
    return PNGImage(height: height, width: width, channels: size.channels, pixels: pixels)
  }
}
