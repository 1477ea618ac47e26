import Configuration
import Kernels

/// A layer that cannot be expressed in `PortableOperation`s.
public struct NoPortableForm: Error {
  /// Creates the error.
  public init() {}
}
