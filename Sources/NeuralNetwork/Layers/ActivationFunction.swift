import Kernels

/// An activation function. Its derivative can be computed from its output alone.
public enum ActivationFunction: String, CaseIterable, Sendable {
  case linear
  case relu
  case sigmoid
  case tanh
  /// Over the last axis.
  case softmax

  /// Applies the function in place to `values` (rows, columns).
  func forward(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int, kernels: KernelSet) {
    switch self {
    case .linear: break
    case .relu: kernels.reluForward(values, count: rows * columns)
    case .sigmoid: kernels.sigmoidForward(values, count: rows * columns)
    case .tanh: kernels.tanhForward(values, count: rows * columns)
    case .softmax: Softmax.forward(values, rows: rows, columns: columns)
    }
  }

  /// Converts the gradient of the outputs (rows, columns) to the gradient of the inputs, in place.
  func backward(
    outputs: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int, kernels: KernelSet
  ) {
    let count = rows * columns
    switch self {
    case .linear: break
    case .relu: kernels.reluBackward(outputs: outputs, gradients: gradient, count: count)
    case .sigmoid: kernels.sigmoidBackward(outputs: outputs, gradients: gradient, count: count)
    case .tanh: kernels.tanhBackward(outputs: outputs, gradients: gradient, count: count)
    case .softmax: Softmax.backward(outputs: outputs, gradient: gradient, rows: rows, columns: columns)
    }
  }
}
