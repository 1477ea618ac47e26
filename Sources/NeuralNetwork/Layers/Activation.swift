import Configuration
import Kernels

/// Applies an elementwise function, or softmax over the last axis.
public struct Activation: FunctionLayer, Equatable {
  public static let className = "Activation"
  public static let typeName = "activation"
  public static let prototype = Activation(.linear)
  public static let schema: Schema = [
    .choice("activation", \.activation, isRequired: true)
  ]

  /// The function.
  public var activation: ActivationFunction

  /// Creates a layer that applies a function.
  public init(_ activation: ActivationFunction) { self.activation = activation }

  var function: ActivationFunction { activation }
}

struct ActivationOperation: Operation {
  let activation: ActivationFunction
  let output: TensorLayout
  let kernels: KernelSet

  var backwardReads: BackwardReads { activation.backwardReads }

  private var columns: Int { output.shape.dimensions.last ?? 1 }

  func forward(_ frame: Frame) {
    let count = frame.samples * output.shape.count
    activation.forward(
      frame.input, outputs: frame.output, rows: count / columns, columns: columns, kernels: kernels)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    activation.backward(
      activation.backwardReads == .inputs ? frame.input : UnsafePointer(frame.output),
      outputGradient: frame.outputGradient, inputGradient: inputGradient,
      rows: frame.samples * output.shape.count / columns, columns: columns, kernels: kernels)
  }
}
