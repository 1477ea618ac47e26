import ProtocolBuffers

/// The content of an ONNX file: the fields that are written.
///
/// Source of this message and those in it: https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto. The names of
/// messages and fields there are in the comments.
struct ONNXModel: ProtocolBufferMessage {
  /// An OperatorSetIdProto.
  struct OperatorSet: ProtocolBufferMessage {
    /// Empty for the operators of the standard.
    let domain: String
    let version: Int64

    func encode(to encoder: inout MessageEncoder) {
      encoder.add(1, domain)
      encoder.add(2, version)
    }
  }

  /// A StringStringEntryProto.
  struct Metadata: ProtocolBufferMessage {
    let key: String
    let value: String

    func encode(to encoder: inout MessageEncoder) {
      encoder.add(1, key)
      encoder.add(2, value)
    }
  }

  let formatVersion: Int64
  let producer: String
  let graph: ONNXGraph
  let operatorSet: OperatorSet
  let metadata: [Metadata]

  func encode(to encoder: inout MessageEncoder) {
    // ir_version, producer_name, graph, opset_import, metadata_props
    encoder.add(1, formatVersion)
    encoder.add(2, producer)
    encoder.add(7, graph)
    encoder.add(8, operatorSet)
    for entry in metadata { encoder.add(14, entry) }
  }
}
