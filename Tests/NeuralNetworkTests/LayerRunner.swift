import Kernels

@testable import NeuralNetwork

/// Runs one layer on its own, with parameters and gradients in Keras' order.
struct LayerRunner {
  let layer: any Layer
  let computation: any LayerComputation
  let inputCount: Int

  init(_ layer: any Layer, input: Shape, kernels: KernelSet = InstructionSet.bestSupported.kernels) throws {
    self.layer = layer
    inputCount = input.count
    computation = try layer.makeComputation(for: TensorLayout(input), kernels: kernels) ?? Identity(count: input.count)
  }

  struct Result {
    var output: [Float]
    var inputGradient: [Float] = []
    var parameterGradients: [[Float]] = []
  }

  /// - Parameter outputGradient: (samples, output…); only the forward pass is run if nil.
  func run(_ input: [Float], parameters: [[Float]], outputGradient: [Float]?) -> Result {
    let samples = input.count / inputCount
    let offsets = computation.parameters.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.paddedCount) }
    let (inputs, outputs) = (FloatBuffer(count: input.count), FloatBuffer(count: samples * computation.outputCount))
    let stored = FloatBuffer(count: offsets[offsets.count - 1])
    let workspace = FloatBuffer(count: computation.workspaceCount(samples: samples, shards: 1))
    computation.prepare(workspace.start)
    inputs.start.update(from: input, count: input.count)
    for (index, values) in parameters.enumerated() {
      computation.parameters[index].layout.store(values, to: stored.start + offsets[index])
    }
    let ends = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    ends.initialize(to: Int32(samples))
    defer { ends.deallocate() }
    let frame = ShardFrame(
      shards: ShardBounds(ends: ends, count: 1), input: inputs.start, output: outputs.start, parameters: stored.start,
      workspace: workspace.start)
    computation.forward(frame)
    var result = Result(output: outputs.values)
    guard let outputGradient else { return result }
    let (gradient, inputGradient) = (FloatBuffer(count: outputGradient.count), FloatBuffer(count: input.count))
    let parameterGradients = FloatBuffer(count: stored.count)
    // What is promised to be overwritten starts as something else.
    inputGradient.start.update(repeating: 77, count: input.count)
    parameterGradients.start.update(repeating: 77, count: stored.count)
    gradient.start.update(from: outputGradient, count: outputGradient.count)
    computation.backward(
      frame, outputGradient: gradient.start, inputGradient: inputGradient.start,
      parameterGradients: parameterGradients.start)
    result.inputGradient = inputGradient.values
    result.parameterGradients = computation.parameters.enumerated().map { index, specification in
      var values = [Float](repeating: 0, count: specification.shape.count)
      specification.layout.load(parameterGradients.start + offsets[index], to: &values)
      return values
    }
    return result
  }
}

/// Stands in for a layer that moves nothing.
private struct Identity: LayerComputation {
  let count: Int
  var parameters: [ParameterSpecification] { [] }
  var outputCount: Int { count }
  func workspaceCount(samples: Int, shards: Int) -> Int { 0 }
  func forward(_ frame: ShardFrame) { frame.output.update(from: frame.input, count: frame.samples * count) }
  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    inputGradient?.update(from: outputGradient, count: frame.samples * count)
  }
}

extension FloatBuffer {
  var values: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
