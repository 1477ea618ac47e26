extension BinaryFloatingPoint where Self: CustomStringConvertible {
  /// The fewest digits that read back to the same number; `nan` for every NaN, regardless of sign.
  package var digits: String { isNaN ? "nan" : description }
}
