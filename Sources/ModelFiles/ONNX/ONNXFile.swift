import Configuration
import HDF5Reading
import KerasFormat
import NeuralNetwork
import ONNXSchema
import SwiftProtobuf

/// A model as an ONNX graph: input (N, height, width, channels) for any N, outputs as in Keras.
///
/// Source: the operators' pages at https://onnx.ai/onnx/operators, operator set 17.
enum ONNXFile {
  private static let operatorSet: Int64 = 17
  /// The IR version introduced with that operator set.
  private static let formatVersion: Int64 = 8

  /// - Parameters:
  ///   - divisor: the divisor of the samples in a first node; nil for no such node.
  ///   - path: the path used in error messages.
  /// - Throws: `ModelError`, or `ModelFileError` for a model beyond the 2 GB of a protocol buffer.
  static func bytes(_ model: TrainedModel, divisor: Float? = nil, path: String) throws -> [UInt8] {
    let portable = try ChannelsFirstModel(model, isChannelsFirst: false)
    let file = Onnx_ModelProto.with {
      $0.irVersion = formatVersion
      $0.producerName = "Martlet"
      $0.opsetImport = [
        Onnx_OperatorSetIdProto.with {
          $0.domain = ""
          $0.version = operatorSet
        }
      ]
      $0.graph = graph(portable, divisor: divisor)
      // The remaining divisor of the samples: 1 if the graph divides them.
      let scale = model.scale.map { divisor == nil ? $0 : 1 }
      $0.metadataProps = model.metadata(scale: scale).entries.map { entry in
        Onnx_StringStringEntryProto.with {
          $0.key = entry.key
          $0.value = entry.text
        }
      }
    }
    do {
      return try file.serializedBytes()
    } catch {
      throw ModelFileError(
        file: path, .notExpressible(format: "ONNX", layer: "", reason: "the file would be larger than 2 GB"))
    }
  }

  private static func graph(_ model: ChannelsFirstModel, divisor: Float?) -> Onnx_GraphProto {
    var graph = Onnx_GraphProto()
    graph.name = "martlet"
    graph.input = [value("input", model.inputShape)]
    graph.output = [value("output", model.outputShape)]
    if let divisor {
      let scale = NamedTensor("martlet/scale", [], [divisor])
      graph.initializer.append(tensor(scale))
      graph.node.append(
        Onnx_NodeProto.with {
          $0.name = "scaling"
          $0.opType = "Div"
          $0.input = ["input", scale.name]
          $0.output = ["scaled"]
        })
    }
    let first = divisor == nil ? "input" : "scaled"
    // A dropout's output is its input.
    var names: [ChannelsFirstModel.Source: String] = [.input: first]
    for (index, step) in model.steps.enumerated() {
      if case .dropout = step.operation {
        names[.step(index)] = names[step.inputs[0]]
        continue
      }
      let output = "value_\(index + 1)"
      let operators = ONNXOperator.operators(for: step)
      var inputs = step.inputs.map { names[$0] ?? "" }
      for (number, node) in operators.enumerated() {
        graph.initializer += node.tensors.map(tensor)
        let isLast = number == operators.count - 1
        let result = isLast ? output : "\(output)_\(number)"
        graph.node.append(
          Onnx_NodeProto.with {
            $0.name = "\(step.layer)/\(index)\(number == 0 ? "" : "_\(number)")"
            $0.opType = node.type
            $0.input = inputs + node.tensors.map(\.name)
            $0.output = [result]
            $0.attribute = node.attributes
          })
        inputs = [result]
      }
      names[.step(index)] = output
    }
    graph.finish(output: names[model.output] ?? first)
    return graph
  }

  private static func tensor(_ tensor: NamedTensor) -> Onnx_TensorProto {
    Onnx_TensorProto.with {
      $0.name = tensor.name
      $0.dims = tensor.dimensions.map(Int64.init)
      let type: Onnx_TensorProto.DataType = if case .integers = tensor.values { .int64 } else { .float }
      $0.dataType = Int32(type.rawValue)
      $0.rawData = .init(tensor.bytes)
    }
  }

  /// An input or output whose first axis is the batch.
  private static func value(_ name: String, _ shape: Shape) -> Onnx_ValueInfoProto {
    let batch = Onnx_TensorShapeProto.Dimension.with { $0.dimParam = "N" }
    let sizes = shape.dimensions.map { size in Onnx_TensorShapeProto.Dimension.with { $0.dimValue = Int64(size) } }
    return Onnx_ValueInfoProto.with {
      $0.name = name
      $0.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
      $0.type.tensorType.shape.dim = [batch] + sizes
    }
  }
}

extension Onnx_GraphProto {
  /// Renames the value that is the model's output to the graph's output name.
  fileprivate mutating func finish(output value: String) {
    if let index = node.lastIndex(where: { $0.output == [value] }), !node.contains(where: { $0.input.contains(value) })
    {
      node[index].output = ["output"]
      return
    }
    // The output has other readers, or is the input.
    node.append(
      Onnx_NodeProto.with {
        $0.name = "output"
        $0.opType = "Identity"
        $0.input = [value]
        $0.output = ["output"]
      })
  }
}
