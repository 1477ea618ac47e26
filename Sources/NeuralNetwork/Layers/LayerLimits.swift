/// The largest numbers that a layer's options accept, so that no product of sizes overflows.
enum LayerLimits {
  /// The layers of a model: HDF5 keeps their names in one attribute of 64 KB.
  static let layers = 1000
  /// Filters, units, kernel and pool sizes, strides.
  static let size = 1_000_000
  /// The values of one sample at any point of the model.
  static let sampleCount = 1 << 28
  /// The values of one parameter.
  static let parameterCount = 1 << 30
}
