import Configuration
import Kernels

/// The elementwise sum of its inputs, added in order.
public struct Add: Layer, Equatable {
  public static let className = "Add"
  public static let typeName = "add"
  public static let prototype = Add()
  public static let schema: Schema = []
  public static let inputCount = 2...64

  /// Creates the layer; it has no options.
  public init() {}

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard inputs.allSatisfy({ $0 == inputs[0] }) else { throw LayerShapeError(needs: "inputs of the same shape") }
    return inputs[0]
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    AddOperation(output: TensorLayout(site.input.shape), inputCount: site.inputs.count, kernels: site.kernels)
  }

  public func exchangeForm(for inputs: [Shape]) -> [ExchangeOperation] { [.sum] }
}

struct AddOperation: Operation {
  let output: TensorLayout
  let inputCount: Int
  let kernels: KernelSet

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    let count = frame.samples * output.shape.count
    kernels.sumShards(
      frame.input(0), stride: frame.input(1) - frame.input(0), shardCount: 2, total: frame.output, count: count)
    for index in 2..<max(inputCount, 2) {
      kernels.sumShards(
        UnsafePointer(frame.output), stride: frame.input(index) - UnsafePointer(frame.output), shardCount: 2,
        total: frame.output, count: count)
    }
  }

  func inputGradients(_ frame: Frame) {
    for index in 0..<inputCount {
      frame.inputGradient(index)?.update(from: frame.outputGradient, count: frame.samples * output.shape.count)
    }
  }
}
