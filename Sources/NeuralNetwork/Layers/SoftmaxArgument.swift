import Configuration
import Kernels

/// The argument of a layer's final softmax.
public enum SoftmaxArgument: Sendable {
  case layer(any Layer)
  /// The layer's input.
  case input
}
