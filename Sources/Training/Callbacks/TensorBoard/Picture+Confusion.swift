import Images
import NeuralNetwork

extension Picture {
  /// White for none of a row's samples.
  private static let none = [255.0, 255, 255]
  /// For all of them.
  private static let right = [8.0, 81, 156]
  private static let wrong = [165.0, 15, 21]
  /// About the height and width of the picture.
  private static let side = 400

  /// A confusion matrix: a row for each true class, a column for each predicted one. A cell's color says how large a part
  /// of its row it is: right predictions are blue, wrong ones red.
  ///
  /// - Returns: nil if the values are not counts: those of an epoch in which it was not measured are NaN.
  init?(ofConfusion matrix: MetricValue) {
    guard matrix.elements.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
    let classes = matrix.shape[0]
    let cell = max(Self.side / classes, 1)
    // Lines only where they take little of the picture.
    let gap = cell > 7 ? 1 : 0
    let side = classes * cell
    var pixels = [UInt8](repeating: 224, count: side * side * 3)
    for (row, counts) in matrix.rows.enumerated() {
      let total = max(counts.elements.reduce(0, +), 1)
      for (column, count) in counts.elements.enumerated() {
        let full = row == column ? Self.right : Self.wrong
        // The fourth root shows rare mistakes too.
        let share = (count / total).squareRoot().squareRoot()
        let color = zip(Self.none, full).map { UInt8(($0 + share * ($1 - $0)).rounded()) }
        for y in row * cell..<(row + 1) * cell - gap {
          for x in column * cell..<(column + 1) * cell - gap {
            let place = (y * side + x) * 3
            for channel in 0..<3 { pixels[place + channel] = color[channel] }
          }
        }
      }
    }
    image = PNGImage(height: side, width: side, channels: 3, pixels: pixels)
  }
}
