import Configuration
import Kernels

/// Applies a function to every value, or softmax over the last axis.
public struct Activation: Layer, Equatable {
  public static let className = "Activation"
  public static let typeName = "activation"
  public static let optionKeys = ["activation"]

  public var activation: ActivationFunction

  public init(_ activation: ActivationFunction) { self.activation = activation }

  public init(options: ConfigurationReader) throws {
    _ = try options.required("activation")
    activation = try ActivationFunction(options: options)
  }

  public var options: [ConfigurationEntry] {
    [ConfigurationEntry("activation", ConfigurationNode(.string(activation.rawValue)))]
  }

  public func outputShape(for input: Shape) -> Shape { input }

  public func makeComputation(for input: TensorLayout, kernels: KernelSet) -> (any LayerComputation)? {
    ActivationComputation(activation: activation, shape: input.shape, kernels: kernels)
  }

  public func portableForm(for input: Shape) -> [PortableOperation] { activation.portableForm }
}

struct ActivationComputation: LayerComputation {
  let activation: ActivationFunction
  let shape: Shape
  let kernels: KernelSet

  var parameters: [ParameterSpecification] { [] }
  var outputCount: Int { shape.count }
  func workspaceCount(samples: Int, shards: Int) -> Int { 0 }

  private var columns: Int { shape.dimensions.last ?? 1 }

  func forward(_ frame: ShardFrame) {
    let count = frame.samples * outputCount
    frame.output.update(from: frame.input, count: count)
    activation.forward(frame.output, rows: count / columns, columns: columns, kernels: kernels)
  }

  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    guard let inputGradient else { return }
    let count = frame.samples * outputCount
    activation.backward(
      outputs: frame.output, gradient: outputGradient, rows: count / columns, columns: columns, kernels: kernels)
    inputGradient.update(from: outputGradient, count: count)
  }
}
