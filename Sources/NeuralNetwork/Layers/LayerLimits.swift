/// The size limits of a model: no product of sizes overflows, and kernel offsets fit in 32 bits.
enum LayerLimits {
  /// The layers of a model: HDF5 stores their names in one attribute of 64 KB.
  static let layers = 1000
  /// Filters, units, kernel and pool sizes, strides.
  static let size = 1_000_000
  /// The factors that enlarge images.
  static let enlargement = 4096
  /// The axes of a sample.
  static let axes = 16
  /// The values of one sample at any point of the model.
  static let sampleCount = 1 << 28
  /// The pixels in a max pooling window: the argmax is stored as a float, which is exact up to here.
  static let windowCount = 1 << 24
  /// The values of one variable.
  static let variableCount = 1 << 30
}
