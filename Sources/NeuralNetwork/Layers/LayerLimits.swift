/// The largest sizes that a model may have, so that no product of them overflows, and no offset that a kernel keeps in 32
/// bits.
enum LayerLimits {
  /// The layers of a model: HDF5 keeps their names in one attribute of 64 KB.
  static let layers = 1000
  /// Filters, units, kernel and pool sizes, strides.
  static let size = 1_000_000
  /// The values of one sample at any point of the model.
  static let sampleCount = 1 << 28
  /// The pixels under a window of max pooling: their numbers are kept as floats, which count so far.
  static let windowCount = 1 << 24
  /// The values of one variable.
  static let variableCount = 1 << 30
}
