import Kernels

/// An activation function, with Keras' formulas and defaults.
///
/// A derivative at a kink is that of the left side, as in TensorFlow.
public enum ActivationFunction: Equatable, Sendable {
  case linear
  /// max(x, 0)
  case relu
  /// 1 / (1 + exp(−x))
  case sigmoid
  case tanh
  /// exp(x) / Σ exp(x), over the last axis.
  case softmax
  /// x − log Σ exp(x), over the last axis.
  case logSoftmax
  /// x where it is positive, else α·(exp(x) − 1). α is 0 or more.
  case elu(alpha: Double = 1)
  /// 1.0507…·elu(x) with α = 1.67326…: G. Klambauer et al., "Self-Normalizing Neural Networks", 2017.
  case selu
  /// x·Φ(x) with the distribution Φ of standard normal numbers; approximately ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
  case gelu(approximate: Bool = false)
  /// x·σ(x), also called swish.
  case silu
  /// log(1 + exp(x))
  case softplus
  /// x / (1 + |x|)
  case softsign
  /// x / 6 + ½, from 0 to 1, as in Keras 3; Keras 2 has another slope.
  case hardSigmoid
  /// x times the hard sigmoid, also called hard_swish.
  case hardSilu
  /// x·tanh(log(1 + exp(x)))
  case mish
  /// exp(x)
  case exponential
  /// max(x, 0), at most 6.
  case relu6
  /// x where it is positive, else the slope times x. The slope is 0 or more.
  case leakyRelu(negativeSlope: Double = 0.2)
  /// min(x, maximum) where x is above the threshold, else the slope times (x − threshold). All are 0 or more, the maximum
  /// more than 0; nil for none.
  case generalRelu(maxValue: Double?, negativeSlope: Double, threshold: Double)

  /// Whether it is a function of each value alone.
  var isElementwise: Bool { self != .softmax && self != .logSoftmax }

  /// The values of which its derivative is a function: without `.output`, it needs a buffer of its own for the outputs.
  var backwardReads: BackwardReads {
    switch self {
    case .linear: []
    case .gelu, .silu, .softplus, .softsign, .hardSilu, .mish: .inputs
    default: .output
    }
  }

  /// The kernel; nil for functions with kernels of their own.
  private var elementwise: ElementwiseFunction? {
    func function(
      _ kind: ElementwiseKind, _ first: Double = 0, _ second: Double = 0, _ third: Double = 0
    ) -> ElementwiseFunction {
      ElementwiseFunction(kind: kind, first: Float(first), second: Float(second), third: Float(third))
    }
    return switch self {
    case .linear, .softmax, .logSoftmax: nil
    case .relu: function(.positivePart)
    case .sigmoid: function(.sigmoid)
    case .tanh: function(.tanh)
    case .elu(let alpha): function(.elu, alpha, 1)
    case .selu: function(.elu, 1.6732632423543772, 1.0507009873554805)
    case .gelu(let approximate): function(approximate ? .geluApproximate : .gelu)
    case .silu: function(.silu)
    case .softplus: function(.softplus)
    case .softsign: function(.softsign)
    case .hardSigmoid: function(.hardSigmoid)
    case .hardSilu: function(.hardSilu)
    case .mish: function(.mish)
    case .exponential: function(.exponential)
    case .relu6: function(.relu, 0, 6)
    case .leakyRelu(let slope): function(.relu, slope, .infinity)
    case .generalRelu(let maxValue, let slope, let threshold): function(.relu, slope, maxValue ?? .infinity, threshold)
    }
  }

  /// Computes the outputs (rows, columns) from the inputs, which may be at the same address.
  func forward(
    _ inputs: UnsafePointer<Float>, outputs: UnsafeMutablePointer<Float>, rows: Int, columns: Int, kernels: KernelSet
  ) {
    let count = rows * columns
    if let elementwise { return kernels.elementwiseForward(elementwise, inputs, outputs: outputs, count: count) }
    if inputs != UnsafePointer(outputs) { outputs.update(from: inputs, count: count) }
    if self == .softmax { SoftmaxFunction.forward(outputs, rows: rows, columns: columns) }
    if self == .logSoftmax { LogSoftmaxFunction.forward(outputs, rows: rows, columns: columns) }
  }

  /// Computes the gradient of the inputs (rows, columns) from that of the outputs, which may be at the same address.
  ///
  /// - Parameter values: the values that `backwardReads` names.
  func backward(
    _ values: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, kernels: KernelSet
  ) {
    let count = rows * columns
    if let elementwise {
      return kernels.elementwiseBackward(
        elementwise, values, outputGradients: outputGradient, inputGradients: inputGradient, count: count)
    }
    if outputGradient != UnsafePointer(inputGradient) { inputGradient.update(from: outputGradient, count: count) }
    if self == .softmax {
      SoftmaxFunction.backward(outputs: values, gradient: inputGradient, rows: rows, columns: columns)
    }
    if self == .logSoftmax {
      LogSoftmaxFunction.backward(outputs: values, gradient: inputGradient, rows: rows, columns: columns)
    }
  }

  /// Computes the outputs in place.
  func forward(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int, kernels: KernelSet) {
    forward(values, outputs: values, rows: rows, columns: columns, kernels: kernels)
  }

  /// Computes the gradient of the inputs from that of the outputs, in place.
  func backward(
    outputs: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int, kernels: KernelSet
  ) {
    backward(
      outputs, outputGradient: gradient, inputGradient: gradient, rows: rows, columns: columns, kernels: kernels)
  }
}
