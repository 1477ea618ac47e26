extension BinaryFloatingPoint where Self: CustomStringConvertible {
  /// The fewest digits that read back to the same number; `nan` for every NaN, whatever its sign.
  package var digits: String { isNaN ? "nan" : description }
}
