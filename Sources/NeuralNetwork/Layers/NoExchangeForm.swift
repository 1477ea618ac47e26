import Configuration
import Kernels

/// A layer that cannot be expressed in `ExchangeOperation`s.
public struct NoExchangeForm: Error {
  /// Creates the error.
  public init() {}
}
