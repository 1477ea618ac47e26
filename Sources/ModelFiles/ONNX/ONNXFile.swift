import Configuration
import HDF5Reading
import NeuralNetwork
import ONNXSchema
import SwiftProtobuf

/// A model as an ONNX graph: samples (N, height, width, channels) in, outputs as Keras gives them, any N.
///
/// Source: the operators' pages at https://onnx.ai/onnx/operators, operator set 17.
enum ONNXFile {
  private static let operatorSet: Int64 = 17
  /// The version of the format that came with it.
  private static let formatVersion: Int64 = 8

  /// - Parameters:
  ///   - divisor: what a first node divides the samples by; nil for none.
  ///   - path: what messages call it.
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
      // Samples have to be divided by it still: by 1, if the graph divides them.
      if let scale = model.scale {
        $0.metadataProps = [
          Onnx_StringStringEntryProto.with {
            $0.key = PixelScale.key
            $0.value = PixelScale.text(divisor == nil ? scale : 1)
          }
        ]
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
      let scale = NamedTensor("scale", [], [divisor])
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
    for (index, step) in model.steps.enumerated() {
      let weights = step.operation.weights.map(tensor)
      graph.initializer += weights
      graph.node.append(
        node(
          step, name: "\(step.layer)/\(index)",
          inputs: [index == 0 ? first : "value_\(index)"] + weights.map(\.name),
          output: index == model.steps.count - 1 ? "output" : "value_\(index + 1)"))
    }
    return graph
  }

  private static func node(
    _ step: ChannelsFirstModel.Step, name: String, inputs: [String], output: String
  ) -> Onnx_NodeProto {
    let (type, attributes) = operatorAndAttributes(step)
    return Onnx_NodeProto.with {
      $0.name = name
      $0.opType = type
      $0.input = inputs
      $0.output = [output]
      $0.attribute = attributes
    }
  }

  private static func operatorAndAttributes(_ step: ChannelsFirstModel.Step) -> (String, [Onnx_AttributeProto]) {
    switch step.operation {
    case .convolution(_, let window): ("Conv", attributes(of: window))
    case .maximum(let window): ("MaxPool", attributes(of: window))
    case .average(let window): ("AveragePool", attributes(of: window) + [attribute("count_include_pad", 0)])
    case .flatten: ("Flatten", [attribute("axis", 1)])
    // output = input · kernelᵀ + bias
    case .product: ("Gemm", [attribute("transB", 1)])
    case .activation(.linear, _): ("Identity", [])
    case .activation(.relu, _): ("Relu", [])
    case .activation(.sigmoid, _): ("Sigmoid", [])
    case .activation(.tanh, _): ("Tanh", [])
    case .activation(.softmax, let isChannelsFirst):
      ("Softmax", [attribute("axis", isChannelsFirst && step.input.image != nil ? 1 : -1)])
    case .toChannelsFirst: ("Transpose", [attribute("perm", [0, 3, 1, 2])])
    case .toChannelsLast: ("Transpose", [attribute("perm", [0, 2, 3, 1])])
    }
  }

  private static func attributes(of window: PortableWindow) -> [Onnx_AttributeProto] {
    func pair(_ size: HeightWidth) -> [Int] { [size.height, size.width] }
    return [
      attribute("kernel_shape", pair(window.size)), attribute("strides", pair(window.strides)),
      attribute("pads", pair(window.paddingBefore) + pair(window.paddingAfter)),
    ]
  }

  private static func attribute(_ name: String, _ value: Int64) -> Onnx_AttributeProto {
    Onnx_AttributeProto.with {
      $0.name = name
      $0.type = .int
      $0.i = value
    }
  }

  private static func attribute(_ name: String, _ values: [Int]) -> Onnx_AttributeProto {
    Onnx_AttributeProto.with {
      $0.name = name
      $0.type = .ints
      $0.ints = values.map(Int64.init)
    }
  }

  private static func tensor(_ tensor: NamedTensor) -> Onnx_TensorProto {
    Onnx_TensorProto.with {
      $0.name = tensor.name
      $0.dims = tensor.dimensions.map(Int64.init)
      $0.dataType = Int32(Onnx_TensorProto.DataType.float.rawValue)
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

extension ChannelsFirstModel.Operation {
  /// The kernel and, if there is one, the bias.
  fileprivate var weights: [NamedTensor] {
    switch self {
    case .convolution(let weights, _), .product(let weights): [weights.kernel] + (weights.bias.map { [$0] } ?? [])
    default: []
    }
  }
}
