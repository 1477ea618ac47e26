import Configuration

/// The variables and constants of a batch normalization.
public struct ExchangeNormalization: Sendable, Equatable {
  /// The name of the variable; nil for 1 in each channel.
  public let gamma: String?
  /// The name of the variable; nil for 0 in each channel.
  public let beta: String?
  /// The name of the moving mean.
  public let mean: String
  /// The name of the moving variance.
  public let variance: String
  /// Added to the variance.
  public let epsilon: Double
  /// The fraction of the moving statistics that a training step keeps, as in Keras.
  public let momentum: Double
}
