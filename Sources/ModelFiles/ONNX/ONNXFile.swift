import Configuration
import HDF5Reading
import KerasFormat
import NeuralNetwork

/// A model as an ONNX graph: input (N, height, width, channels) for any N, outputs as in Keras.
///
/// Source: the operators' pages at https://onnx.ai/onnx/operators, operator set 17.
enum ONNXFile {
  private static let operatorSet: Int64 = 17
  /// The IR version introduced with that operator set.
  private static let formatVersion: Int64 = 8
  /// That of a protocol buffer.
  private static let maximumSize = Int(Int32.max)

  /// - Parameters:
  ///   - divisor: the divisor of the samples in a first node; nil for no such node.
  ///   - path: the path used in error messages.
  /// - Throws: `ModelError`, or `ModelFileError` for a model beyond the 2 GB of a protocol buffer.
  static func bytes(_ model: TrainedModel, divisor: Float? = nil, path: String) throws -> [UInt8] {
    let portable = try ChannelsFirstModel(model, isChannelsFirst: false)
    // The remaining divisor of the samples: 1 if the graph divides them.
    let scale = model.scale.map { divisor == nil ? $0 : 1 }
    let file = ONNXModel(
      formatVersion: formatVersion, producer: "Martlet", graph: graph(portable, divisor: divisor),
      operatorSet: .init(domain: "", version: operatorSet),
      metadata: model.metadata(scale: scale).entries.map { .init(key: $0.key, value: $0.text) })
    let bytes = file.serializedBytes
    guard bytes.count <= maximumSize else {
      throw ModelFileError(
        file: path, .notExpressible(format: "ONNX", layer: "", reason: "the file would be larger than 2 GB"))
    }
    return bytes
  }

  private static func graph(_ model: ChannelsFirstModel, divisor: Float?) -> ONNXGraph {
    var graph = ONNXGraph(
      name: "martlet", input: ONNXValue(name: "input", shape: model.inputShape),
      output: ONNXValue(name: "output", shape: model.outputShape))
    if let divisor {
      let scale = NamedTensor("martlet/scale", [], [divisor])
      graph.tensors.append(scale)
      graph.nodes.append(
        ONNXNode(name: "scaling", type: "Div", inputs: [graph.input.name, scale.name], output: "scaled"))
    }
    let first = divisor == nil ? graph.input.name : "scaled"
    // A dropout's output is its input.
    var names: [ChannelsFirstModel.Source: String] = [.input: first]
    for (index, step) in model.steps.enumerated() {
      if case .dropout = step.operation {
        names[.step(index)] = names[step.inputs[0]]
        continue
      }
      let output = "value_\(index + 1)"
      let operators = ONNXOperator.operators(for: step)
      let stepInputs = step.inputs.map { names[$0] ?? "" }
      func result(_ number: Int) -> String { number == operators.count - 1 ? output : "\(output)_\(number)" }
      for (number, node) in operators.enumerated() {
        graph.tensors += node.tensors
        let inputs = node.inputs ?? [number == 0 ? .step : .result(number - 1)]
        let inputNames = inputs.flatMap { input in
          switch input {
          case .step: stepInputs
          case .stepInput(let index): [stepInputs[index]]
          case .result(let number): [result(number)]
          }
        }
        graph.nodes.append(
          ONNXNode(
            name: "\(step.layer)/\(index)\(number == 0 ? "" : "_\(number)")", type: node.type,
            inputs: inputNames + node.tensors.map(\.name), output: result(number), attributes: node.attributes))
      }
      names[.step(index)] = output
    }
    graph.finish(output: names[model.output] ?? first)
    return graph
  }
}
