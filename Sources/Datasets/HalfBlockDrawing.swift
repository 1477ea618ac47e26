import Tensors

/// A drawing of a sample for a terminal: each character shows two pixels, one above the other.
package struct HalfBlockDrawing: Sendable, CustomStringConvertible {
  /// The lines of the drawing.
  package let description: String

  /// - Parameter colors: whether to draw gray and colored pixels with 24-bit escape sequences; otherwise pixels of at
  ///   least half brightness are drawn.
  /// - Precondition: the sample is in the data set, and is an image (`Dataset.isDrawable`).
  /// - Throws: `DatasetError` or `FileError` if the sample cannot be decoded.
  package init(_ samples: Dataset, index: Int, colors: Bool) throws {
    precondition((0..<samples.count).contains(index), "'\(samples.name)' has no sample \(index)")
    guard let size = samples.shape.image else { preconditionFailure("'\(samples.name)' has no images") }
    let pixels = Pixels(
      image: try samples.pixels(index), height: size.height, width: size.width, channels: size.channels)
    let lines = stride(from: 0, to: size.height, by: 2).map { row in
      let cells = (0..<size.width).map { column in
        colors ? pixels.coloredCell(row, column) : pixels.inkCell(row, column)
      }
      return cells.joined() + (colors ? "\u{1b}[0m" : "")
    }
    description = lines.joined(separator: "\n")
  }
}

private struct Pixels {
  /// (height, width, channels)
  let image: [UInt8]
  let height: Int
  let width: Int
  let channels: Int

  /// Red, green and blue; black below the last row.
  private func color(_ row: Int, _ column: Int) -> (UInt8, UInt8, UInt8) {
    guard row < height else { return (0, 0, 0) }
    let first = (row * width + column) * channels
    return channels == 3
      ? (image[first], image[first + 1], image[first + 2]) : (image[first], image[first], image[first])
  }

  private func isInk(_ row: Int, _ column: Int) -> Bool {
    let (red, green, blue) = color(row, column)
    return Int(red) + Int(green) + Int(blue) >= 3 * 128
  }

  func inkCell(_ row: Int, _ column: Int) -> String {
    switch (isInk(row, column), isInk(row + 1, column)) {
    case (true, true): "█"
    case (true, false): "▀"
    case (false, true): "▄"
    case (false, false): " "
    }
  }

  func coloredCell(_ row: Int, _ column: Int) -> String {
    let (upper, lower) = (color(row, column), color(row + 1, column))
    return "\u{1b}[38;2;\(upper.0);\(upper.1);\(upper.2);48;2;\(lower.0);\(lower.1);\(lower.2)m▀"
  }
}
