/// The values beyond the edge of an image.
public enum FillMode: String, CaseIterable, Sendable {
  /// `d c b a | a b c d | d c b a`
  case reflect
  /// `a b c d | a b c d | a b c d`
  case wrap
  /// `k k k k | a b c d | k k k k`
  case constant
  /// `a a a a | a b c d | d d d d`
  case nearest

  /// The source pixel at a position along an axis of `size` pixels; nil for the constant.
  func pixel(at position: Int, size: Int) -> Int? {
    if position >= 0, position < size { return position }
    switch self {
    case .constant: return nil
    case .nearest: return position < 0 ? 0 : size - 1
    case .wrap: return Self.remainder(position, size)
    case .reflect:
      let place = Self.remainder(position, 2 * size)
      return place < size ? place : 2 * size - 1 - place
    }
  }

  /// The remainder in 0..<divisor.
  private static func remainder(_ value: Int, _ divisor: Int) -> Int {
    let remainder = value % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
