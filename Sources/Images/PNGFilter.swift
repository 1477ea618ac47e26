/// The filters of the rows of a PNG file (ISO/IEC 15948, clause 9).
enum PNGFilter {
  /// Undoes the filter of a row in place.
  ///
  /// - Parameters:
  ///   - type: 0 (none), 1 (left), 2 (above), 3 (average) or 4 (Paeth).
  ///   - above: the row above, without its filter; nil for the first row of a pass.
  ///   - count: the bytes of a row.
  ///   - distance: from a byte to the corresponding one of the pixel to the left.
  /// - Returns: Whether there is a filter of that type.
  static func undo(
    _ type: UInt8, _ row: UnsafeMutablePointer<UInt8>, above: UnsafePointer<UInt8>?, count: Int, distance: Int
  ) -> Bool {
    switch (type, above) {
    case (0, _), (2, nil): break
    case (1, _), (4, nil):
      // Paeth's predictor of the first row is the pixel to the left.
      for index in stride(from: distance, to: count, by: 1) { row[index] &+= row[index - distance] }
    case (2, let above?):
      for index in 0..<count { row[index] &+= above[index] }
    case (3, _):
      for index in 0..<count {
        let left = index < distance ? 0 : Int(row[index - distance])
        row[index] &+= UInt8((left + Int(above?[index] ?? 0)) / 2)
      }
    case (4, let above?):
      switch distance {
      case 1: undoPaeth(row, above, count, distance: 1)
      case 3: undoPaeth(row, above, count, distance: 3)
      case 4: undoPaeth(row, above, count, distance: 4)
      default: undoPaeth(row, above, count, distance: distance)
      }
    default: return false
    }
    return true
  }

  /// - Parameter distance: a constant where it is usual: then the neighbors stay in registers.
  @inline(__always)
  private static func undoPaeth(
    _ row: UnsafeMutablePointer<UInt8>, _ above: UnsafePointer<UInt8>, _ count: Int, distance: Int
  ) {
    for first in 0..<min(distance, count) {
      var (left, corner): (UInt8, UInt8) = (0, 0)
      for index in stride(from: first, to: count, by: distance) {
        left = row[index] &+ paeth(left, above[index], corner)
        corner = above[index]
        row[index] = left
      }
    }
  }

  /// The neighbor that is nearest to `left + above - corner`.
  @inline(__always)
  private static func paeth(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
    let toLeft = abs(Int(above) - Int(corner))
    let toAbove = abs(Int(left) - Int(corner))
    let toCorner = abs(Int(left) + Int(above) - 2 * Int(corner))
    return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner
  }
}
