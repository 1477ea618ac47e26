import NeuralNetwork
import ProtocolBuffers

/// A ValueInfoProto: an input or output of floats, whose first axis is the batch.
struct ONNXValue: ProtocolBufferMessage {
  let name: String
  /// That of a sample.
  let shape: Shape

  func encode(to encoder: inout MessageEncoder) {
    // name, type
    encoder.add(1, name)
    encoder.add(2, ValueType(shape: shape))
  }

  /// A TypeProto of the kind Tensor.
  private struct ValueType: ProtocolBufferMessage {
    let shape: Shape
    func encode(to encoder: inout MessageEncoder) { encoder.add(1, TensorType(shape: shape)) }
  }

  /// A TypeProto.Tensor.
  private struct TensorType: ProtocolBufferMessage {
    let shape: Shape
    func encode(to encoder: inout MessageEncoder) {
      // elem_type, shape
      encoder.add(1, NamedTensor.ONNXElement.float.rawValue)
      encoder.add(2, TensorShape(shape: shape))
    }
  }

  /// A TensorShapeProto.
  private struct TensorShape: ProtocolBufferMessage {
    let shape: Shape
    func encode(to encoder: inout MessageEncoder) {
      encoder.add(1, Dimension.anySize("N"))
      for size in shape.dimensions { encoder.add(1, Dimension.size(size)) }
    }
  }

  /// A TensorShapeProto.Dimension.
  private enum Dimension: ProtocolBufferMessage {
    case size(Int)
    case anySize(String)

    func encode(to encoder: inout MessageEncoder) {
      switch self {
      case .size(let size): encoder.add(1, Int64(size))
      case .anySize(let name): encoder.add(2, name)
      }
    }
  }
}
